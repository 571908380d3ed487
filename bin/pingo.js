#!/usr/bin/env node
// The `pingo` command.
import { launch } from "./launch.js";

await launch({ name: "main", bin: import.meta.url, defaultCommand: "serve" });
