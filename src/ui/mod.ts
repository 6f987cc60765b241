/**
 * A page to watch an election: who leads, who is there, and what happened. It needs nothing but itself: no assets from
 * elsewhere, and no files to read.
 *
 * @module
 */

export { Chronicle } from "./chronicle.ts";
export { mountPage, type Router } from "./mount.ts";
export { MemberPage, type MemberPageOptions } from "./member_page.ts";
export type { Change, Heading, News, Phase, Story } from "./page/change.ts";
export { type PageMode, pageResponse } from "./respond.ts";
