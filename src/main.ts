import { runProgram } from "./cli/program.ts";
import { pingoFace } from "./config/face.ts";

await runProgram(pingoFace);
