/** The API: requests with the access token, which is in memory alone; a new one is fetched by cookie when it is over. */
import { words } from "./words";

export interface Finding {
  code: string;
  pointer: string;
  message: string;
  advice: string;
  severity: string;
}

/** Why a request was refused (RFC 9457), with the name by which the log knows it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    title: string,
    readonly detail: string,
    readonly trace: string,
    readonly findings: Finding[],
  ) {
    super(title);
  }
}

export interface Identity {
  name: string;
  role: string;
  tenant: string;
}

interface Token extends Identity {
  access_token: string;
  csrf: string;
  expires_in: number;
}

let token = "";
let csrf = "";
let identity: Identity | null = null;
const listeners = new Set<() => void>();

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function whoami(): Identity | null {
  return identity;
}

/** Whether the role may order and change. */
export function mayWrite(): boolean {
  return identity?.role === "owner" || identity?.role === "accountant";
}

function take(given: Token | null): void {
  token = given?.access_token ?? "";
  csrf = given?.csrf ?? "";
  identity = given && { name: given.name, role: given.role, tenant: given.tenant };
  for (const listener of listeners) listener();
}

function cookie(): string {
  const found = document.cookie.match(/(?:^|; )(?:__Host-)?ledgerflow_csrf=([^;]*)/);
  return found?.[1] ? decodeURIComponent(found[1]) : "";
}

async function refused(answer: Response): Promise<Refused> {
  const trace = answer.headers.get("X-Trace-Id") ?? "";
  try {
    const told = await answer.json();
    return new Refused(answer.status, told.type ?? "", told.title ?? answer.statusText, told.detail ?? "", told.trace_id || trace, told.findings ?? []);
  } catch {
    return new Refused(answer.status, "", words.t("problem.title"), "", trace, []);
  }
}

function plain(headers: Record<string, string> = {}): Record<string, string> {
  return { "Accept-Language": words.language, ...headers };
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(0, "", words.t("problem.unreachable"), words.t("problem.unreachableAdvice"), "", []);
  }
}

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return reach(path, { method: "POST", headers: plain({ "Content-Type": "application/json", ...headers }), body: JSON.stringify(body) });
}

export async function signIn(tenant: string, email: string, password: string): Promise<void> {
  const answer = await post("/api/auth/sign-in", { tenant, email, password });
  if (!answer.ok) throw await refused(answer);
  take(await answer.json());
}

export async function takeUp(tenant: string, secret: string, password: string): Promise<void> {
  const answer = await post("/api/auth/invitation", { tenant, secret, password });
  if (!answer.ok) throw await refused(answer);
}

export async function signOut(): Promise<void> {
  try {
    await reach("/api/auth/sign-out", { method: "POST", headers: plain({ Authorization: `Bearer ${token}`, "X-CSRF-Token": csrf || cookie() }) });
  } finally {
    take(null);
  }
}

async function turn(before: string): Promise<boolean> {
  if (token !== before) return token !== "";
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const sign = cookie();
    if (!sign) break;
    const answer = await reach("/api/auth/refresh", { method: "POST", headers: plain({ "X-CSRF-Token": sign }) });
    if (answer.ok) {
      take(await answer.json());
      return true;
    }
    if (answer.status >= 500 || answer.status === 429) throw await refused(answer);
    if (answer.status !== 409) break;
    await new Promise((done) => setTimeout(done, 400)); // another window was first: its cookie is here by then
  }
  take(null);
  return false;
}

/** The next access token, by cookie, one window at a time where the browser has locks. False where nobody is signed in. */
export async function refresh(): Promise<boolean> {
  const before = token;
  const { locks } = navigator as { locks?: LockManager }; // over plain http there are none, but on this machine
  return locks ? locks.request("ledgerflow.refresh", () => turn(before)) : turn(before);
}

export interface Asking {
  method?: string;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The answer to a request; raises Refused. */
export async function ask(path: string, asking: Asking = {}): Promise<Response> {
  const send = () => {
    const headers = plain({ Authorization: `Bearer ${token}`, ...asking.headers });
    if (asking.json !== undefined) headers["Content-Type"] = "application/json";
    const body = asking.json === undefined ? asking.body : JSON.stringify(asking.json);
    return reach(path, { method: asking.method ?? (body === undefined ? "GET" : "POST"), headers, body, signal: asking.signal });
  };
  let answer = await send();
  if (answer.status === 401 && (await refresh())) answer = await send();
  if (answer.status === 401) take(null);
  if (!answer.ok) throw await refused(answer);
  return answer;
}

/** The JSON of an answer; raises Refused. */
export async function tell<T>(path: string, asking: Asking = {}): Promise<T> {
  const answer = await ask(path, asking);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** Events of a stream as they come; after a lost line it goes on where it was. Ends when the server says that it is over. */
export async function follow<T>(path: string, signal: AbortSignal, heard: (event: string, data: T) => void, lost: (isLost: boolean) => void): Promise<void> {
  let last = "";
  while (!signal.aborted) {
    try {
      const answer = await ask(path, { headers: last ? { "Last-Event-ID": last } : {}, signal });
      if (answer.status === 204 || !answer.body) return;
      lost(false);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const blocks = (text + value).split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          const said = Object.fromEntries(block.split("\n").map((line) => line.match(/^(\w+): (.*)$/)?.slice(1) ?? ["", ""]));
          if (!said.data) continue;
          last = said.id ?? last;
          heard(said.event ?? "", JSON.parse(said.data) as T);
          if (said.event === "end") return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      lost(true);
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
}

/** Has the browser download what only who is signed in may have. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
