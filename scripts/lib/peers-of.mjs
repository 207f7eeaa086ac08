/** How many peers the node on this loopback port lists; 0 while it does not answer. */
export async function peersOf(port) {
  return (await topologyOf(port))?.peers.length ?? 0;
}

/** Whether the node on this loopback port is attached to another. */
export async function isAttached(port) {
  return Boolean((await topologyOf(port))?.parent);
}

async function topologyOf(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/topology`);
    return await response.json();
  } catch {
    return undefined;
  }
}
