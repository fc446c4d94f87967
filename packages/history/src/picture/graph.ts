/** What a picture shows, before it is written in a language of diagrams. */
export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

export interface GraphNode {
  readonly id: string
  /** Lines of text, whole and as they are: writers cut and escape them. */
  readonly label: readonly string[]
  readonly shape: 'commit' | 'many' | 'event' | 'ref'
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** `way` leads from commit to commit, `part` into and out of an event, `ref` to what a ref stands for. */
  readonly kind: 'way' | 'part' | 'ref'
}

/** Collects nodes and edges, each once. */
export class GraphBuilder {
  readonly #nodes = new Map<string, GraphNode>()
  readonly #edges = new Map<string, GraphEdge>()

  node(node: GraphNode): void {
    if (!this.#nodes.has(node.id)) this.#nodes.set(node.id, node)
  }

  edge(edge: GraphEdge): void {
    if (edge.from !== edge.to) this.#edges.set(`${edge.from} ${edge.to} ${edge.kind}`, edge)
  }

  graph(): Graph {
    return { nodes: [...this.#nodes.values()], edges: [...this.#edges.values()] }
  }
}
