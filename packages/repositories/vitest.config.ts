import { defineConfig } from 'vitest/config'

// The limits end tests that hang; a busy machine takes its time for the others.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
})
