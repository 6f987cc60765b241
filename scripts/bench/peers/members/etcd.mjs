/** An election in etcd, as etcd3 has it. */
export function join({ index, port, timeout }, load) {
  const { Etcd3 } = load("etcd3");
  const client = new Etcd3({ hosts: `http://127.0.0.1:${port}` });
  const election = client.election("leader", timeout / 1000);
  let [leading, ended, current] = [false, false, undefined];
  const stand = () => {
    current = election.campaign(String(index));
    current.on("elected", () => leading = true);
    current.on("error", () => {
      leading = false;
      if (!ended) setTimeout(stand, 100);
    });
  };
  stand();
  return {
    leads: () => leading,
    async stop() {
      [ended, leading] = [true, false];
      await current.resign();
    },
  };
}
