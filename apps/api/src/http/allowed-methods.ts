interface Route {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Knows which methods the paths of this app have, to tell a wrong method (405) from a wrong path (404). */
export class AllowedMethods {
  private readonly routes = new Map<string, Route>();

  /** @param template the path of a route, e.g. `/v1/users/:user` */
  add(template: string, methods: readonly string[]): void {
    const route = this.routes.get(template) ?? { pattern: patternOf(template), methods: new Set() };
    this.routes.set(template, route);
    for (const method of methods) route.methods.add(method);
  }

  /** The methods that `path`, still percent-encoded and without its query, has; empty if it does not exist. */
  of(path: string): readonly string[] {
    return [...this.routes.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : []));
  }
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:[A-Za-z]+/g, '[^/]+')}$`);
}
