/** The part of JSON Schema (2020-12) that the document needs. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: Type | readonly Type[];
  readonly description?: string;
  readonly enum?: readonly (string | number | null)[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly default?: string | number;
}

type Type = "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";

/** An object with exactly these, all of them. */
export function object(properties: Record<string, Schema>, description?: string): Schema {
  const required = Object.keys(properties);
  return {
    type: "object",
    ...(description !== undefined && { description }),
    properties,
    required,
    additionalProperties: false,
  };
}

export function array(items: Schema, description?: string): Schema {
  return { type: "array", items, ...(description !== undefined && { description }) };
}

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function text(description: string): Schema {
  return { type: "string", description };
}

export function whole(description: string): Schema {
  return { type: "integer", minimum: 0, description };
}

export function flag(description: string): Schema {
  return { type: "boolean", description };
}

export function orNull({ type, ...schema }: Schema): Schema {
  const types = Array.isArray(type) ? type : [type];
  return { ...schema, type: [...types, "null"] as Type[] };
}
