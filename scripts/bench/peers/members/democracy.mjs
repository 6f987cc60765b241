/** democracy.js. It cannot be closed: whoever ends resigns, and its process is over. */
export function join({ index, ports, interval, timeout }, load) {
  const Democracy = load("democracy");
  const member = new Democracy({
    source: `127.0.0.1:${ports[index]}`,
    peers: ports.map((port) => `127.0.0.1:${port}`),
    id: `m${index}`,
    ...{ interval, timeout },
  });
  return { leads: () => member.isLeader(), stop: () => member.resign() };
}
