/** The check that the browser makes, by the server's schema, with no eval: JSON Schema 2020-12 by @cfworker/json-schema. */
import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { type CustomValidator, createErrorHandler, type ErrorTransformer, type RJSFSchema, type RJSFValidationError, toErrorSchema, unwrapErrorHandler, type UiSchema, type ValidationData, validationDataMerge, type ValidatorType } from "@rjsf/utils";
import { type Bounds, type Node, titles } from "./schema";

/** Says what is wrong: a key below `check` in the words, and what it needs to know. */
export type Say = (key: string, facts: Record<string, string>) => string;

// These say only that something within them is wrong, which says so itself.
const AROUND = new Set(["properties", "items", "$ref", "allOf", "if", "then", "else", "prefixItems", "patternProperties", "additionalProperties", "dependentSchemas"]);
const NUMBERS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems"];

function parts(pointer: string): string[] {
  return pointer.replace(/^#?\/?/, "").split("/").filter(Boolean).map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value in a schema at the place of a keyword, through references. */
function limit(root: Node, keyword: string): unknown {
  let node: unknown = root;
  for (const part of parts(keyword)) {
    if (part === "$ref") {
      node = parts((node as Node).$ref ?? "").reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], root);
    } else node = (node as Record<string, unknown> | undefined)?.[part];
  }
  return node;
}

function outside(value: string, bounds: Bounds): [string, number] | null {
  const number = Number(value);
  if (bounds.minimum !== undefined && number < bounds.minimum) return ["minimum", bounds.minimum];
  if (bounds.exclusiveMinimum !== undefined && number <= bounds.exclusiveMinimum) return ["exclusiveMinimum", bounds.exclusiveMinimum];
  if (bounds.maximum !== undefined && number > bounds.maximum) return ["maximum", bounds.maximum];
  if (bounds.exclusiveMaximum !== undefined && number >= bounds.exclusiveMaximum) return ["exclusiveMaximum", bounds.exclusiveMaximum];
  return null;
}

/** Decimals are text in JSON; whether they are within bounds is asked of the schema besides. */
function decimals(node: Node, root: Node, value: unknown, path: string[], found: { path: string[]; keyword: string; limit: number }[]): void {
  if (node.$ref) return decimals({ ...(limit(root, `${node.$ref}`) as Node), ...node, $ref: undefined }, root, value, path, found);
  if (node["x-decimal"] && typeof value === "string" && value.trim() !== "") {
    const wrong = outside(value, node["x-decimal"]);
    if (wrong) found.push({ path, keyword: wrong[0], limit: wrong[1] });
  }
  if (Array.isArray(value)) for (const [place, one] of value.entries()) decimals((node.items ?? {}) as Node, root, one, [...path, String(place)], found);
  else if (value && typeof value === "object") {
    for (const [name, one] of Object.entries(value)) {
      const next = node.properties?.[name] ?? node.additionalProperties;
      if (next && typeof next === "object") decimals(next as Node, root, one, [...path, name], found);
    }
  }
}

/** What is wrong with a value, each mistake once, where it is. */
export function mistakes(schema: Node, value: unknown, say: Say): RJSFValidationError[] {
  const units = new Validator(schema as Schema, "2020-12", false).validate(value).errors;
  const errors = units.filter((unit) => !AROUND.has(unit.keyword) && !/\/(anyOf|oneOf|not)\//.test(unit.keywordLocation)).map((unit) => told(schema, unit, say));
  const beyond: { path: string[]; keyword: string; limit: number }[] = [];
  decimals(schema, schema, value, [], beyond);
  for (const one of beyond) errors.push(error(schema, one.path, one.keyword, say(one.keyword, { limit: String(one.limit) })));
  const seen = new Set<string>();
  return errors.filter((one) => !seen.has(`${one.property} ${one.message}`) && seen.add(`${one.property} ${one.message}`));
}

function told(schema: Node, unit: OutputUnit, say: Say): RJSFValidationError {
  const path = parts(unit.instanceLocation);
  if (unit.keyword === "required") {
    const missing = unit.error.match(/"(.+)"/)?.[1];
    return error(schema, missing ? [...path, missing] : path, "required", say("required", {}));
  }
  if (unit.keyword === "false") return error(schema, path, "unknown", say("unknown", {}));
  if (unit.keyword === "pattern" && limit(schema, unit.keywordLocation.replace(/pattern$/, "x-decimal"))) return error(schema, path, "decimal", say("decimal", {}));
  if (unit.keyword === "format" || unit.keyword === "type") return error(schema, path, unit.keyword, say(unit.keyword, {}));
  if (NUMBERS.includes(unit.keyword)) return error(schema, path, unit.keyword, say(unit.keyword, { limit: String(limit(schema, unit.keywordLocation)) }));
  return error(schema, path, unit.keyword, say(["enum", "const", "pattern", "uniqueItems"].includes(unit.keyword) ? unit.keyword : "other", {}));
}

function error(schema: Node, path: string[], name: string, message: string): RJSFValidationError {
  const title = titles(schema, path).join(" › ");
  return { name, property: `.${path.join(".")}`, message, params: {}, stack: title ? `${title}: ${message}` : message, schemaPath: "" };
}

/** RJSF's validator, which says what is wrong in the reader's words. */
export function validator(say: Say): ValidatorType {
  return {
    validateFormData(formData: unknown, schema: RJSFSchema, custom?: CustomValidator, transform?: ErrorTransformer, uiSchema?: UiSchema): ValidationData<unknown> {
      const found = mistakes(schema, formData ?? {}, say);
      const errors = transform ? transform(found, uiSchema) : found;
      const made = { errors, errorSchema: toErrorSchema(errors) };
      if (!custom) return made;
      const more = unwrapErrorHandler(custom(formData, createErrorHandler(formData as never), uiSchema));
      return validationDataMerge(made, more);
    },
    isValid(schema: RJSFSchema, formData: unknown, root: RJSFSchema): boolean {
      if (formData === undefined) return false;
      return new Validator({ $defs: root.$defs, ...schema } as Schema, "2020-12", true).validate(formData).valid;
    },
    rawValidation(schema: RJSFSchema, formData?: unknown) {
      return { errors: mistakes(schema, formData ?? {}, say) as never[] };
    },
  };
}
