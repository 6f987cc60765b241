/**
 * The page of a member below `/ui/` of a server.
 *
 * @module
 */

import type { MemberPage } from "./member_page.ts";

/** What a request is about, and who asks. */
interface Context {
  readonly req: { readonly path: string };
  readonly env: { readonly client: string };
}

/** As much of a router as is needed; Hono's is one. */
export interface Router {
  get(path: string, handler: (context: Context) => Response): unknown;
}

const PATH = "/ui/";

/** Adds the page to a server. */
export function mountPage(router: Router, page: MemberPage): void {
  // Relative, so that it holds behind a proxy that serves all of this under a path of its own.
  router.get("/ui", () => new Response(null, { status: 308, headers: { location: "ui/" } }));
  router.get(
    `${PATH}*`,
    ({ req, env }) =>
      page.respond(req.path.slice(PATH.length), env.client) ?? new Response("Not found\n", { status: 404 }),
  );
}
