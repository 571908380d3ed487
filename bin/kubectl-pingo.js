#!/usr/bin/env node
// `kubectl pingo`: kubectl runs as its plugin what stands on the PATH as kubectl-pingo.
import { launch } from "./launch.js";

await launch({ name: "main-kubectl", bin: import.meta.url, defaultCommand: "check" });
