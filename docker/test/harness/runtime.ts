import { getContainerRuntimeClient } from "testcontainers";

// Ryuk, the cleaner of testcontainers, needs an image that not every machine can get: labels mark the containers instead.
process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
// All containers use the host's network. Inside a container testcontainers would use a bridge's gateway, which may be
// absent.
process.env.TESTCONTAINERS_HOST_OVERRIDE ??= "127.0.0.1";

/** Returns the client that testcontainers use for the engine. */
export const runtime = getContainerRuntimeClient;
