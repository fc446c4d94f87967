import { defineConfig } from 'vitest/config'

// The tests start the built program as a user does; a busy machine takes its time for that.
export default defineConfig({ test: { include: ['test/**/*.test.ts'], testTimeout: 30_000 } })
