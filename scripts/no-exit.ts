// Loaded before tests that share a process: one that left it would take the rest along, and with 0 nobody would know.
process.exit = (code) => {
  throw new Error(`process.exit(${code ?? ""}) in a process that tests share: it would end them all`);
};
