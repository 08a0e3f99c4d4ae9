/** The server's schema, made ready for a form: what may be empty, what is a decimal, and how a place in it is called. */
import type { RJSFSchema } from "@rjsf/utils";

export type Node = RJSFSchema & { "x-decimal"?: Bounds; "x-nullable"?: boolean; "x-enum-titles"?: string[] };

export interface Bounds {
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** Digits, and a point if there are decimals. */
export const DECIMAL = "^-?\\d{1,18}(\\.\\d{1,12})?$";

/** What a reference is to. */
export function resolved(node: Node, root: Node): Node {
  if (!node.$ref?.startsWith("#/")) return node;
  let found: unknown = root;
  for (const part of node.$ref.slice(2).split("/")) found = (found as Record<string, unknown> | undefined)?.[part];
  const { $ref: _ref, ...own } = node;
  return { ...resolved((found ?? {}) as Node, root), ...own };
}

/** The schema with every choice of kinds that is really one field told as one. */
export function ready(node: Node, root: Node = node): Node {
  const made: Node = { ...node };
  if (made.anyOf) Object.assign(made, joined(made, root));
  for (const key of ["properties", "$defs", "patternProperties"] as const) {
    const within = made[key] as Record<string, Node> | undefined;
    if (within) made[key] = Object.fromEntries(Object.entries(within).map(([name, one]) => [name, typeof one === "object" ? ready(one, root) : one]));
  }
  for (const key of ["items", "additionalProperties", "if", "then", "else"] as const) {
    const within = made[key];
    if (within && typeof within === "object" && !Array.isArray(within)) made[key] = ready(within as Node, root);
  }
  for (const key of ["allOf", "oneOf", "anyOf"] as const) {
    const within = made[key];
    if (within) made[key] = within.map((one) => (typeof one === "object" ? ready(one as Node, root) : one));
  }
  if (made.anyOf === undefined) delete made.anyOf;
  return made;
}

function joined(node: Node, root: Node): Node {
  const kinds = (node.anyOf ?? []) as Node[];
  const given = kinds.filter((one) => one.type !== "null");
  const isNullable = given.length < kinds.length;
  const isDecimal = given.length === 2 && given.some((one) => one.type === "number") && given.some((one) => one.type === "string");
  if (given.length !== 1 && !isDecimal) return node;
  const { default: usual, ...rest } = node;
  const made: Node = { ...rest, anyOf: undefined };
  if (usual !== null && usual !== undefined) made.default = usual;
  if (isNullable) made["x-nullable"] = made.default !== undefined;
  if (isDecimal) {
    const { type: _type, ...bounds } = given.find((one) => one.type === "number") as Node;
    return { ...made, ...kind("string", isNullable), pattern: DECIMAL, "x-decimal": bounds as Bounds };
  }
  const only = resolved(given[0] as Node, root);
  const { title = only.title, description = only.description } = node;
  const known = { ...only, ...made, title, description };
  if (isNullable && only.enum) known.enum = [...only.enum, null];
  if (isNullable && typeof only.type === "string" && !["object", "array"].includes(only.type)) Object.assign(known, kind(only.type, true));
  return known;
}

function kind(type: string, isNullable: boolean): Node {
  return { type: isNullable ? [type, "null"] : type } as Node;
}

/** The titles on the way to a place, from the outermost. */
export function titles(root: Node, path: (string | number)[]): string[] {
  const found: string[] = [];
  let node: Node = root;
  for (const step of path) {
    node = resolved(node, root);
    const outer = node.title ?? "";
    if (Array.isArray(node.items)) node = (node.items[Number(step)] ?? {}) as Node;
    else if (node.items && typeof node.items === "object" && /^\d+$/.test(String(step))) {
      found[found.length - 1] = `${found.at(-1) ?? outer} ${Number(step) + 1}`;
      node = node.items as Node;
      continue;
    } else {
      const next = node.properties?.[step] ?? node.additionalProperties;
      node = (next && typeof next === "object" ? next : {}) as Node;
    }
    found.push(node.title ?? resolved(node, root).title ?? String(step));
  }
  return found;
}
