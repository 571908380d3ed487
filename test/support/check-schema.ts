import type { Schema } from "../../src/api/openapi/schema.ts";

/** What of a value does not fit a schema, each with its place. Knows the keywords that `Schema` has, and no others. */
export function checkSchema(
  value: unknown,
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  place = "$",
): string[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/components/schemas/", "");
    const target = schemas[name];
    return target === undefined ? [`${place}: there is no schema ${name}`] : checkSchema(value, target, schemas, place);
  }
  if (schema.anyOf !== undefined) {
    const tries = schema.anyOf.map((one) => checkSchema(value, one, schemas, place));
    return tries.some((wrong) => wrong.length === 0) ? [] : [`${place}: fits none: ${tries.flat().join("; ")}`];
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(value, type))) {
    return [`${place}: ${JSON.stringify(value)} is no ${types.join(" or ")}`];
  }
  return [
    ...checkValue(value, schema, place),
    ...(Array.isArray(value) ? checkItems(value, schema, schemas, place) : []),
    ...(isOf(value, "object") ? checkProperties(value as Record<string, unknown>, schema, schemas, place) : []),
  ];
}

function isOf(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function checkValue(
  value: unknown,
  { enum: choices, minimum, maximum, maxLength, pattern }: Schema,
  place: string,
): string[] {
  const wrong: string[] = [];
  if (choices !== undefined && !choices.some((choice) => choice === value)) wrong.push("is none of the choices");
  if (typeof value === "number" && (value < (minimum ?? -Infinity) || value > (maximum ?? Infinity)))
    wrong.push("is out of bounds");
  if (typeof value === "string" && value.length > (maxLength ?? Infinity)) wrong.push("is too long");
  if (typeof value === "string" && pattern !== undefined && !new RegExp(pattern).test(value))
    wrong.push("does not fit the pattern");
  return wrong.map((what) => `${place}: ${JSON.stringify(value)} ${what}`);
}

function checkItems(
  items: unknown[],
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  place: string,
): string[] {
  const { items: of, minItems = 0, maxItems = Infinity } = schema;
  const count = items.length < minItems || items.length > maxItems ? [`${place}: has ${items.length} items`] : [];
  return [
    ...count,
    ...items.flatMap((item, index) => (of === undefined ? [] : checkSchema(item, of, schemas, `${place}[${index}]`))),
  ];
}

function checkProperties(
  value: Record<string, unknown>,
  { properties = {}, required = [], additionalProperties }: Schema,
  schemas: Readonly<Record<string, Schema>>,
  place: string,
): string[] {
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${place}: has no ${name}`);
  const inside = Object.entries(value).flatMap(([name, one]) => {
    const schema = properties[name];
    if (schema !== undefined) return checkSchema(one, schema, schemas, `${place}.${name}`);
    return additionalProperties === false ? [`${place}: has ${name}, which nobody knows`] : [];
  });
  return [...missing, ...inside];
}
