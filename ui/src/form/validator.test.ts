import { describe, expect, it } from "vitest";
import { type Node, ready, titles } from "./schema";
import { mistakes, validator } from "./validator";

const say = (key: string, facts: Record<string, string>) => [key, ...Object.values(facts)].join(" ");
const told = {
  type: "object",
  additionalProperties: false,
  required: ["shop"],
  $defs: {
    Shop: { type: "object", title: "Shop", required: ["key"], properties: { key: { type: "string", title: "Short name", pattern: "^[a-z]+$" }, style: { $ref: "#/$defs/Style" } } },
    Style: { enum: ["small", "large"], type: "string", "x-enum-titles": ["Small", "Large"] },
  },
  properties: {
    shop: { $ref: "#/$defs/Shop" },
    count: { anyOf: [{ type: "integer", minimum: 1, maximum: 9 }, { type: "null" }], default: 5, title: "Invoices" },
    factor: { anyOf: [{ type: "number", exclusiveMinimum: 0 }, { type: "string" }], default: "1", title: "Factor" },
    style: { anyOf: [{ $ref: "#/$defs/Style" }, { type: "null" }], default: null, title: "Style" },
    places: { type: "array", title: "Places", items: { $ref: "#/$defs/Shop" } },
  },
} as Node;
const schema = ready(told);
const found = (value: unknown) => mistakes(schema, value, say).map((one) => `${one.property} ${one.message}`);

describe("a schema is made ready for a form", () => {
  it("what may be empty, and decimals, are one field each", () => {
    const { count, factor, style } = schema.properties as Record<string, Node>;
    expect(count).toMatchObject({ type: ["integer", "null"], minimum: 1, default: 5, title: "Invoices", "x-nullable": true });
    expect(factor).toMatchObject({ type: "string", default: "1", "x-decimal": { exclusiveMinimum: 0 } });
    expect(style).toMatchObject({ type: ["string", "null"], enum: ["small", "large", null], title: "Style" });
    expect([count, factor, style].every((one) => one?.anyOf === undefined)).toBe(true);
  });
  it("a place is called by the titles on the way", () => {
    expect(titles(schema, ["places", "1", "key"])).toEqual(["Places 2", "Short name"]);
  });
});

describe("mistakes are told once each, where they are", () => {
  it("finds none in what is right", () => expect(found({ shop: { key: "tea" }, count: null, factor: "0.0045" })).toEqual([]));
  it("names what is missing at its own place", () => expect(found({})).toEqual([".shop required"]));
  it("tells limits from behind references", () => expect(found({ shop: { key: "T" }, count: 12 })).toEqual([".shop.key pattern", ".count maximum 9"]));
  it("holds decimals against their bounds", () => expect(found({ shop: { key: "t" }, factor: "0" })).toEqual([".factor exclusiveMinimum 0"]));
  it("knows what is no decimal", () => expect(found({ shop: { key: "t" }, factor: "1,5" })).toEqual([".factor decimal"]));
  it("refuses what is not in the schema", () => expect(found({ shop: { key: "t" }, other: 1 })).toEqual([".other unknown"]));
  it("says in the summary where", () => {
    expect(mistakes(schema, { shop: { key: "t" }, places: [{ key: "a" }, {}] }, say).map((one) => one.stack)).toEqual(["Places 2 › Short name: required"]);
  });
  it("chooses among variants with the definitions of the whole", () => {
    expect(validator(say).isValid({ $ref: "#/$defs/Style" }, "large", schema)).toBe(true);
    expect(validator(say).isValid({ $ref: "#/$defs/Style" }, "huge", schema)).toBe(false);
  });
});
