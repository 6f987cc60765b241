/**
 * The page of a member below `/ui/` of a server.
 *
 * @module
 */

import type { MemberPage } from "./member_page.ts";

/** As much of a router as is needed; Hono's is one. */
export interface Router {
  get(path: string, handler: (context: { readonly req: { readonly path: string } }) => Response): unknown;
}

const PATH = "/ui/";

/** Adds the page to a server. */
export function mountPage(router: Router, page: MemberPage): void {
  // Relative, so that it holds behind a proxy that serves all of this under a path of its own.
  router.get("/ui", () => new Response(null, { status: 308, headers: { location: "ui/" } }));
  router.get(
    `${PATH}*`,
    ({ req }) => page.respond(req.path.slice(PATH.length)) ?? new Response("Not found\n", { status: 404 }),
  );
}
