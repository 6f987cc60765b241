/**
 * A package registry on loopback that speaks the part of JSR's HTTP protocol that Deno needs: `meta.json`,
 * `<version>_meta.json` and the files of a version, as publishing would store them.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

/** A running registry. */
export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Paths asked for so far. */
  readonly asked: readonly string[];
}

async function* sources(path: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, ROOT))) {
    if (isDirectory) yield* sources(`${path}${name}/`);
    else if (name.endsWith(".ts")) yield `${path}${name}`;
  }
}

/** Publishing replaces the names of an import map by what they stand for. */
function unfurl(text: string, imports: Readonly<Record<string, string>>): string {
  return text.replace(
    /^((?:import|export)\b[^"]*|.*\bimport\()"([^".][^"]*)"/gm,
    (whole, before, specifier) => {
      // A name that ends with a slash stands for all that begin with it.
      const name = specifier in imports
        ? specifier
        : Object.keys(imports).find((each) => each.endsWith("/") && specifier.startsWith(each));
      return name === undefined ? whole : `${before}"${imports[name]}${specifier.slice(name.length)}"`;
    },
  );
}

async function checksum(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(digest).toHex()}`;
}

async function published(manifest: Manifest): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const path of ["mod.ts", ...await Array.fromAsync(sources("src/"))]) {
    files.set(`/${path}`, unfurl(await Deno.readTextFile(new URL(path, ROOT)), manifest.imports));
  }
  return files;
}

/** All answers by path: JSON for the protocol, TypeScript for the sources. */
async function answersOf(manifest: Manifest): Promise<Map<string, string>> {
  const { name, version, exports } = manifest;
  const [scope, packageName] = name.slice(1).split("/");
  const files = await published(manifest);
  const listed: Record<string, { size: number; checksum: string }> = {};
  for (const [path, text] of files) {
    listed[path] = { size: new TextEncoder().encode(text).length, checksum: await checksum(text) };
  }
  const answers = new Map<string, string>();
  const latest = { scope, name: packageName, latest: version, versions: { [version]: {} } };
  answers.set(`/${name}/meta.json`, JSON.stringify(latest));
  answers.set(`/${name}/${version}_meta.json`, JSON.stringify({ manifest: listed, exports }));
  for (const [path, text] of files) answers.set(`/${name}/${version}${path}`, text);
  return answers;
}

/** Serves the package of this repository on a free port of 127.0.0.1. */
export async function startRegistry(): Promise<Registry> {
  const answers = await answersOf(JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))));
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const text = answers.get(pathname);
    if (text === undefined) return new Response("not found", { status: 404 });
    const type = pathname.endsWith(".ts") ? "text/typescript" : "application/json";
    return new Response(text, { headers: { "content-type": `${type}; charset=utf-8` } });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return { url: `http://${host}`, host, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}
