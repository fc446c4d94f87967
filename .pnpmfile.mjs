import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Node's own installation folder, where the headers of exactly this Node lie in it; otherwise nothing. */
function folderWithHeaders() {
  const prefix = dirname(dirname(process.execPath))
  const header = join(prefix, 'include', 'node', 'node_version.h')
  if (!existsSync(header)) return undefined
  const text = readFileSync(header, 'utf8')
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1]
  const version = [part('MAJOR'), part('MINOR'), part('PATCH')].join('.')
  return version === process.versions.node ? prefix : undefined
}

export const hooks = {
  updateConfig(config) {
    // The version is part of turbo's hashes: what passed on one Node is not taken for passed on another.
    config.extraEnv = {
      ...config.extraEnv,
      TRACT_NODE_VERSION: process.versions.node,
      TURBO_TELEMETRY_DISABLED: '1',
    }
    // pnpm does not hand `nodedir` to node-gyp: with it a native addon compiles without downloading headers.
    const prefix = process.env.npm_config_nodedir ? undefined : folderWithHeaders()
    if (prefix !== undefined) config.extraEnv.npm_config_nodedir = prefix
    return config
  },
}
