/** This library. `module` is the URL of `mod.ts`, or of the package's entry. */
export async function join({ index, ports, interval, timeout, module }) {
  const { Democracy } = await import(module);
  const democracy = new Democracy({
    source: `127.0.0.1:${ports[index]}`,
    peers: ports.map((port) => `127.0.0.1:${port}`),
    id: String(index),
    cluster: "peers",
    ...{ interval, timeout },
  });
  await democracy.ready;
  return { leads: () => democracy.isLeader(), stop: () => democracy.close() };
}
