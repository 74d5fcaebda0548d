// What the process has used until its application would begin.
const { user, system } = process.cpuUsage();
process.send({ cpuUs: user + system, rssBytes: process.memoryUsage().rss }, () => process.exit(0));
