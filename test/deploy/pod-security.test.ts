import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerKinds, podSecurityProblems, podSecurityRules } from "./pod-security.ts";
import type { Manifest } from "./render.ts";

/** As little as the restricted standard takes, with a container of each kind. */
function goodPod(): Manifest {
  const container = (name: string) => ({
    name,
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  });
  return {
    metadata: {},
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      ...Object.fromEntries(containerKinds.map((kind) => [kind, [container(kind)]])),
    },
  };
}

function put(target: Manifest, path: string, value: unknown): void {
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  let place = target;
  for (const step of steps) place = place[step] ??= {};
  place[last] = value;
}

describe("the rules of the Pod Security Standards", () => {
  test("take a pod that says as little as it must", () => {
    assert.deepEqual(podSecurityProblems(goodPod()), []);
  });

  test("have a name and a violation each", () => {
    assert.equal(new Set(podSecurityRules.map(({ name }) => name)).size, podSecurityRules.length);
    for (const { name, violations } of podSecurityRules) assert.ok(violations.length > 0, name);
  });

  for (const { name, broken, violations } of podSecurityRules) {
    for (const [path, value] of violations) {
      const places = path.startsWith("CONTAINER") ? containerKinds : [undefined];
      for (const kind of places) {
        test(`${name}: ${path.replace("CONTAINER", kind ?? "")} ${JSON.stringify(value)}`, () => {
          const pod = goodPod();
          if (kind === undefined) put(pod, path, value);
          else put(pod.spec[kind][0], path.replace("CONTAINER.", ""), value);
          assert.equal(broken(pod).length > 0, true);
        });
      }
    }
  }

  test("what each container says for itself need not be said for the pod", () => {
    const pod = goodPod();
    pod.spec.securityContext = {};
    for (const kind of containerKinds) {
      Object.assign(pod.spec[kind][0].securityContext, {
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
    }
    assert.deepEqual(podSecurityProblems(pod), []);
  });
});
