/**
 * What must hold before a version is released.
 *
 * @module
 */

import { REPOSITORY_VARIABLE } from "../npm/manifest.ts";

/** What is to be released, as the files and git say. */
export interface Candidate {
  readonly version: string;
  /** What the command line calls itself. */
  readonly programVersion: string;
  readonly changelog: string;
  /** The tag that asks for the release; undefined where nobody has made one yet. */
  readonly tag: string | undefined;
  /** The page of the sources. */
  readonly repository: string | undefined;
  /** What git has not committed. */
  readonly changes: readonly string[];
}

/** Semantic Versioning 2, without build metadata, which no registry takes. */
const VERSION = /^\d+\.\d+\.\d+(-[\da-z.-]+)?$/i;

/** What keeps the candidate from being released; nothing where all is well. */
export function obstaclesOf(candidate: Candidate): readonly string[] {
  const { version, programVersion, changelog, tag, repository, changes } = candidate;
  const found: string[] = [];
  if (!VERSION.test(version)) found.push(`"version" in deno.json must be like 1.2.3, got "${version}"`);
  if (programVersion !== version) {
    found.push(`src/cli/version.ts must have the version of deno.json (${version}), got "${programVersion}"`);
  }
  if (tag !== undefined && tag !== `v${version}`) found.push(`the tag must be "v${version}", got "${tag}"`);
  const [, dated] = new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - (.*)$`, "m").exec(changelog) ?? [];
  if (dated === undefined) found.push(`CHANGELOG.md must have a section "## [${version}] - date"`);
  else if (!/^\d{4}-\d\d-\d\d$/.test(dated)) {
    found.push(`the section of ${version} in CHANGELOG.md must have a date like 2026-01-31, got "${dated}"`);
  }
  if (repository === undefined) {
    found.push(
      `nobody knows where the sources are: git needs a remote "origin" on the web, or ${REPOSITORY_VARIABLE} a URL`,
    );
  }
  if (changes.length > 0) found.push(`all must be committed, and this is not: ${changes.join(", ")}`);
  return found;
}
