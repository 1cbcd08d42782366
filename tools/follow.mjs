// Loaded into a program that `become` (node.mjs) runs: when the process above is killed, end as if asked to.
if (process.channel) {
  process.channel.unref();
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
