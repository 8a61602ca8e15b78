import { z } from 'zod';

/** What a page repeats in a command to copy: nothing but a host and a port gets through. */
export const askedHost = z
  .string()
  .regex(/^[\w.:[\]-]{1,255}$/)
  .catch('127.0.0.1:5000');
