import { type Server } from 'node:http';
import { type INestApplication } from '@nestjs/common';

/** Enough for a request that is under way; well below the 30 s that orchestrators give a process by default. */
const REQUESTS_PATIENCE_MS = 5_000;

/**
 * Closes an app. Connections that are still open some seconds later are cut: an HTTP server waits for each of them, and anybody can hold one
 * open by sending nothing.
 */
export async function closeApp(app: INestApplication, patienceMs: number = REQUESTS_PATIENCE_MS): Promise<void> {
  const timer = setTimeout(() => {
    (app.getHttpServer() as Server).closeAllConnections();
  }, patienceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
