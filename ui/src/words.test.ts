import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";
import ar from "./i18n/ar.json";
import en from "./i18n/en.json";
import hi from "./i18n/hi.json";

type Tree = { [name: string]: string | Tree };
type Node = { type: string; [name: string]: unknown };

const HERE = import.meta.dirname;
const CODE = readdirSync(HERE, { recursive: true, encoding: "utf-8" }).filter((name) => /\.tsx?$/.test(name) && !/\.(test|d)\.ts$/.test(name));
// Attributes whose text a reader sees or hears.
const READ = new Set(["aria-label", "title", "alt", "placeholder", "label", "about", "help"]);

function flat(tree: Tree, before = ""): Record<string, string> {
  return Object.assign({}, ...Object.entries(tree).map(([name, one]) => (typeof one === "string" ? { [before + name]: one } : flat(one, `${before}${name}.`))));
}

function* within(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* within(one);
  else if (value && typeof value === "object") {
    if (typeof (value as Node).type === "string") yield value as Node;
    for (const one of Object.values(value)) yield* within(one);
  }
}

function nodes(name: string): Node[] {
  const { program, errors } = parseSync(name, readFileSync(join(HERE, name), "utf-8"));
  expect(errors).toEqual([]);
  return [...within(program)];
}

function asked(node: Node): string | null {
  const callee = node.callee as Node | undefined;
  const isAsking = node.type === "CallExpression" && (callee?.name === "t" || (callee?.property as Node | undefined)?.name === "t");
  const first = isAsking ? ((node.arguments as Node[])[0] ?? null) : null;
  if (first?.type === "Literal") return String(first.value);
  if (first?.type === "TemplateLiteral") return `${((first.quasis as { value: { raw: string } }[])[0] as { value: { raw: string } }).value.raw}*`;
  return null;
}

const words = flat(en);

describe("words", () => {
  it.each([["ar", ar], ["hi", hi]])("%s has a word for every key, with the same places to fill", (_language, tree) => {
    const told = flat(tree as Tree);
    expect(Object.keys(told).sort()).toEqual(Object.keys(words).sort());
    const places = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort();
    for (const [key, text] of Object.entries(told)) {
      expect(text.trim(), key).not.toBe("");
      expect(places(text), key).toEqual(places(words[key] ?? ""));
    }
  });

  it("are translated: few are the same in Arabic or Hindi as in English", () => {
    for (const tree of [ar, hi]) {
      const same = Object.entries(flat(tree as Tree)).filter(([key, text]) => text === words[key] && /[a-z]{4}/i.test(text) && !/^(languages|gate\.(\w+Amount|second|third)$|brand)/.test(key));
      expect(same.map(([key]) => key)).toEqual([]);
    }
  });

  it.each(CODE)("%s asks for words that are there, and has none itself", (name) => {
    const wrong: string[] = [];
    for (const node of nodes(name)) {
      const key = asked(node);
      if (key?.endsWith("*") && !Object.keys(words).some((one) => one.startsWith(key.slice(0, -1)))) wrong.push(key);
      else if (key && !key.endsWith("*") && !(key in words)) wrong.push(key);
      if (node.type === "JSXText" && /\p{L}{2}/u.test(String(node.value))) wrong.push(String(node.value).trim());
      if (node.type === "JSXAttribute" && READ.has(String((node.name as Node).name)) && (node.value as Node | null)?.type === "Literal") wrong.push(String((node.value as Node).value));
    }
    expect(wrong).toEqual([]);
  });

  it("none is kept that nobody asks for", () => {
    const keys = CODE.flatMap((name) => nodes(name).map(asked).filter((one) => one !== null));
    const used = (key: string) => keys.some((one) => (one.endsWith("*") ? key.startsWith(one.slice(0, -1)) : key === one));
    // the second part of a choice between two keys is found by its text
    const text = CODE.map((name) => readFileSync(join(HERE, name), "utf-8")).join("\n");
    expect(Object.keys(words).filter((key) => !used(key) && !text.includes(`"${key}"`))).toEqual([]);
  });
});
