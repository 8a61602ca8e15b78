/**
 * What the dashboard of the earlier program asked Prometheus, character for character: boards that people made from it
 * must keep working. `test/e2e/prometheus.long.ts` asks a real Prometheus all of them.
 */
export const earlierQueries = {
  count: {
    add: 'sum(request_count_total{endpoint=~"/add/.+"})',
    list: 'sum(request_count_total{endpoint=~"/list/.+"})',
    json: 'sum(request_count_total{endpoint=~"/json/.+"})',
  },
  failed: {
    add: 'sum(request_count_total{endpoint=~"/add/.+", http_status=~"400|404|500"})',
    list: 'sum(request_count_total{endpoint=~"/list/.+", http_status=~"400|404|500"})',
    json: 'sum(request_count_total{endpoint=~"/json/.+", http_status=~"400|404|500"})',
  },
  latency: {
    all: `sum(rate(request_latency_seconds_sum{endpoint!~"/metrics|/static/.+"}[5m])) / 
  sum(rate(request_latency_seconds_count{endpoint!~"/metrics|/static/.+"}[5m]))`,
    add: `sum(rate(request_latency_seconds_sum{endpoint=~"/add/.+"}[5m])) / 
  sum(rate(request_latency_seconds_count{endpoint=~"/add/.+"}[5m]))`,
    list: `sum(rate(request_latency_seconds_sum{endpoint=~"/list/.+"}[5m])) / 
  sum(rate(request_latency_seconds_count{endpoint=~"/list/.+"}[5m]))`,
    json: `sum(rate(request_latency_seconds_sum{endpoint=~"/json/.+"}[5m])) / 
  sum(rate(request_latency_seconds_count{endpoint=~"/json/.+"}[5m]))`,
  },
} as const;
