import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** What a Prometheus was asked. */
export interface AskedQuery {
  readonly path: string;
  readonly query: string;
  readonly authorization: string | undefined;
  /** Of Mimir: the header X-Scope-OrgID. */
  readonly tenant: string | undefined;
}

/** An HTTP server in the place of a Prometheus, which answers each query as a test wants it. */
export async function fakePrometheus(
  t: TestContext,
  answer: (asked: AskedQuery, response: ServerResponse) => void,
): Promise<{ readonly url: URL; readonly asked: AskedQuery[] }> {
  const asked: AskedQuery[] = [];
  const server = createServer(async (request, response) => {
    const body = new URLSearchParams(await textOf(request));
    const { authorization, "x-scope-orgid": tenant } = request.headers;
    const query = body.get("query") ?? "";
    const one = { path: request.url ?? "", query, authorization, tenant: tenant?.toString() };
    asked.push(one);
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`), asked };
}

/** Nothing fits the query. */
export function nothing(_: AskedQuery, response: ServerResponse): void {
  response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result: [] } }));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
