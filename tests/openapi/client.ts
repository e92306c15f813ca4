// A buyer's app in a few lines: if the document says something else than this expects, it does not compile.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated.js';

const client = createClient<paths>({ baseUrl: 'http://127.0.0.1:8080' });

type Order = components['schemas']['OrderView'];
type Problem = components['schemas']['ProblemView'];

export async function cheapest(words: string): Promise<string | undefined> {
  const { data } = await client.GET('/v1/products', { params: { query: { q: words, sort: 'price_asc', limit: 1 } } });
  const price: number | undefined = data?.items[0]?.price_from;
  return price === undefined ? undefined : `Rp${price}`;
}

export async function order(pack_id: string, quantity: number, key: string): Promise<Order[] | Problem> {
  const { data, error } = await client.POST('/v1/order-groups', {
    params: { header: { 'Idempotency-Key': key } },
    body: { lines: [{ pack_id, quantity }], fulfilment: 'pickup', payment: 'cash_on_delivery' },
  });
  if (error) return error;
  return data.orders;
}

export async function accept(id: string, key: string): Promise<Order['state'] | undefined> {
  const { data } = await client.POST('/v1/orders/{id}/accept', { params: { path: { id }, header: { 'Idempotency-Key': key } }, body: {} });
  return data?.state;
}
