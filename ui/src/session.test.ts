import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { follow } from "./session";

const asked: string[] = [];
let server: Server;
let address = "";

// A server that cuts the line in the middle of a word, is away once, and then says the rest.
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(String(request.headers["last-event-id"] ?? ""));
    if (asked.length === 2) return void response.writeHead(503, { "Content-Type": "application/problem+json" }).end("{}");
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    if (asked.length === 1) {
      response.write('retry: 1000\n\nid: a\nevent: progress\ndata: {"issued": 1}\n\n: still there\n\nid: b\nevent: pro');
      return void setTimeout(() => response.destroy(), 50);
    }
    response.write('id: b\nevent: progress\ndata: {"iss');
    return void setTimeout(() => response.end('ued": 2}\n\nid: c\nevent: end\ndata: {"issued": 3}\n\n'), 50);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
});
afterAll(() => server.close());

it("who lost the line goes on where they were, and hears nothing twice", async () => {
  const heard: unknown[] = [];
  const lost: boolean[] = [];
  await follow<{ issued: number }>(address, new AbortController().signal, (event, { issued }) => heard.push(`${event} ${issued}`), (isLost) => lost.push(isLost));
  expect(heard).toEqual(["progress 1", "progress 2", "end 3"]);
  expect(asked).toEqual(["", "a", "a"]);
  expect(lost).toEqual([false, true, true, false]);
}, 10_000);
