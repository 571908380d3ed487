import type { Answer, Route, RouteRequest } from "../server.ts";
import { loadPage } from "./load-page.ts";
import { pageRoutes } from "./page-routes.ts";

/**
 * The page, made when it is first asked for: who only scrapes spares the memory that takes. `added` is given the routes of
 * all of its files then.
 */
export function pageOnDemand(added: (routes: Readonly<Record<string, Route>>) => void): Route {
  let made: Promise<Route> | undefined;
  const make = async (): Promise<Route> => {
    const routes = pageRoutes(await loadPage());
    added(routes);
    return routes["/"] as Route;
  };
  return async (request: RouteRequest): Promise<Answer> => {
    made ??= make();
    try {
      return await (await made)(request);
    } catch (error) {
      // Whatever kept it from being made, a file that was away for a moment, may be over.
      made = undefined;
      throw error;
    }
  };
}
