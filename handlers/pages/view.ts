import type { Page } from '../contract/reply.ts';

/**
 * Declares a page: the name of its template in `views/`, and as `Shown` what that prints.
 * @example const loginPage = view<LoginView>('login');
 */
export function view<Shown extends object>(template: string): (context: Shown) => Page<Shown> {
  return (context) => ({ kind: 'view', view: template, context });
}
