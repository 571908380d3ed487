// A thread of the kernel engine on a system for which koffi has no binary.
throw new Error("Cannot find the native Koffi module; did you bundle it correctly?");
