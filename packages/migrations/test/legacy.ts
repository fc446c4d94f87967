export * from '../../testkit/src/legacy/index.js'
