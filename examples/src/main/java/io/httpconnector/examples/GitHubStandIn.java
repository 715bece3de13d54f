package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A stand-in for GitHub, written from its public documentation: issues of a repository, and webhooks with a secret, {@code active}
 * and a {@code ping}. There is one webhook for a URL.
 *
 * @see <a href="https://docs.github.com/en/rest/repos/webhooks">Repository webhooks</a>
 * @see <a href="https://docs.github.com/en/webhooks/webhook-events-and-payloads">Events and payloads</a>
 */
final class GitHubStandIn extends SubscribableStandIn {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String REPOSITORY = "/repos/acme/app";
    private static final int PAGE = 100;

    private final Random random;
    private final Map<String, Hook> hooks = new LinkedHashMap<>();
    private int next = 1;

    private record Hook(String id, String url, String secret, boolean active) {}

    GitHubStandIn(WebhookTraffic traffic, Random random, ChangeLedger ledger) {
        super(traffic, random, ledger, 40);
        this.random = random;
    }

    @Override
    Reply reply(Received received) {
        String path = received.uri().getPath();
        String request = received.method() + " " + path;
        if (request.equals("GET " + REPOSITORY + "/issues")) {
            return issues(received);
        }
        if (request.equals("GET " + REPOSITORY + "/hooks")) {
            synchronized (this) {
                return new Reply(
                        200, hooks.values().stream().map(GitHubStandIn::json).toList());
            }
        }
        if (request.equals("POST " + REPOSITORY + "/hooks")) {
            return create(received.body());
        }
        String[] segments = path.split("/", -1);
        if (segments.length < 6 || !segments[4].equals("hooks")) {
            return new Reply(404, Map.of("message", "Not Found"));
        }
        return hook(received, segments[5]);
    }

    private Reply issues(Received received) {
        Map<String, String> query = received.query();
        List<Item> all = since(Instant.parse(query.getOrDefault("since", "1970-01-01T00:00:00Z")));
        int page = Integer.parseInt(query.getOrDefault("page", "1"));
        int end = Math.min(all.size(), page * PAGE);
        Map<String, String> links = Map.of();
        if (end < all.size()) {
            String url = received.uri().toString().replaceAll("&page=\\d+", "");
            links = Map.of("Link", "<" + baseUrl() + url + "&page=" + (page + 1) + ">; rel=\"next\"");
        }
        return new Reply(
                200,
                links,
                all.subList(Math.min((page - 1) * PAGE, end), end).stream()
                        .map(this::issue)
                        .toList());
    }

    private synchronized Reply create(JsonNode body) {
        JsonNode config = body.path("config");
        String url = config.path("url").asText();
        if (hooks.values().stream().anyMatch(hook -> hook.url.equals(url))) {
            return new Reply(
                    422,
                    Map.of(
                            "message",
                            "Validation Failed",
                            "errors",
                            List.of(Map.of("resource", "Hook", "message", "Hook already exists on this repository"))));
        }
        String id = String.valueOf(next++);
        Hook hook = new Hook(
                id, url, config.path("secret").asText(), body.path("active").asBoolean());
        hooks.put(id, hook);
        boolean unused =
                send(hook, "ping", Map.of("zen", "Keep it logically awesome.", "hook_id", Integer.valueOf(id)));
        return new Reply(201, json(hook));
    }

    private synchronized Reply hook(Received received, String id) {
        Hook hook = hooks.get(id);
        if (hook == null) {
            return new Reply(404, Map.of("message", "Not Found"));
        }
        switch (received.method()) {
            case "DELETE" -> {
                hooks.remove(id);
                return new Reply(204, "");
            }
            case "PATCH" -> {
                hook = new Hook(id, hook.url, received.body().path("secret").asText(), hook.active);
                hooks.put(id, hook);
                return new Reply(200, config(hook));
            }
            default -> {
                return new Reply(200, json(hook));
            }
        }
    }

    /** The secret is never returned. */
    private static Map<String, Object> json(Hook hook) {
        return Map.of(
                "id",
                Integer.valueOf(hook.id),
                "active",
                hook.active,
                "events",
                List.of("issues"),
                "config",
                config(hook));
    }

    private static Map<String, Object> config(Hook hook) {
        return Map.of("url", hook.url, "content_type", "json", "secret", "********");
    }

    private Map<String, Object> issue(Item item) {
        return Map.of(
                "id",
                item.id(),
                "number",
                item.id(),
                "title",
                "Issue, version " + item.number(),
                "updated_at",
                item.updated().toString());
    }

    @Override
    String key(Item item) {
        return String.valueOf(item.id());
    }

    @Override
    synchronized int send(Item item) {
        Map<String, Object> payload = Map.of(
                "action", item.number() == 1 ? "opened" : "edited",
                "issue", issue(item),
                "repository", Map.of("full_name", "acme/app"));
        int result = -1;
        for (Hook hook : hooks.values()) {
            if (hook.active) {
                result = Math.max(result, send(hook, "issues", payload) ? 1 : 0);
            }
        }
        return result;
    }

    /** Signs and sends an event. Webhooks that are under way keep the signature of an old secret. */
    private boolean send(Hook hook, String event, Map<String, Object> payload) {
        try {
            String body = MAPPER.writeValueAsString(payload);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(hook.secret.getBytes(UTF_8), "HmacSHA256"));
            String signature = HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
            return traffic.send(
                    hook.url,
                    Map.of(
                            "X-GitHub-Event",
                            event,
                            "X-GitHub-Delivery",
                            new UUID(random.nextLong(), random.nextLong()).toString(),
                            "X-Hub-Signature-256",
                            "sha256=" + signature),
                    body);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    synchronized void drop() {
        hooks.clear();
    }

    @Override
    synchronized int subscriptions() {
        return hooks.size();
    }
}
