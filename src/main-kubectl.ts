import { runProgram } from "./cli/program.ts";
import { kubectlFace } from "./config/face.ts";

await runProgram(kubectlFace);
