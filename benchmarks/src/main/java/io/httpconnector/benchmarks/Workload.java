package io.httpconnector.benchmarks;

import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** An operation that {@link SideBySide} measures. Uses only APIs that both builds have. */
public final class Workload {

    static final List<String> NAMES = List.of(
            "get",
            "post",
            "github-1",
            "github-4",
            "github-100",
            "unknown-1",
            "stripe-1",
            "standard-webhooks-1",
            "render",
            "read");

    private Workload() {}

    /**
     * Prepares a workload.
     *
     * @param name one of {@link #NAMES}; the name of a webhook consists of the preset and the size in KB; {@code unknown} is
     *     GitHub's with an unknown event
     * @param port where the server listens
     * @return the operation
     */
    public static Runnable of(String name, int port) {
        return switch (name) {
            case "get", "post" -> send(name, port);
            case "render" -> render();
            case "read" -> read(port);
            default -> {
                int size = name.lastIndexOf('-');
                yield receive(name.substring(0, size), Integer.parseInt(name.substring(size + 1)));
            }
        };
    }

    private static Runnable send(String name, int port) {
        HttpConnection connection = connection(port);
        return () -> {
            Response response = connection.send(
                    name.equals("get")
                            ? Request.get("/json")
                            : Request.post("/json").body(Body.json(Sample.TEMPLATE)));
            check(response.status() == 200);
        };
    }

    private static HttpConnection connection(int port) {
        return HttpConnection.named("Compared")
                .baseUrl("http://127.0.0.1:" + port)
                .build();
    }

    private static Runnable render() {
        RequestTemplate template = RequestTemplate.named("Order")
                .post("/orders")
                .json(Sample.TEMPLATE)
                .build();
        Pills pills = Pills.of("order", Sample.order());
        return () -> check(template.render(pills).body().isPresent());
    }

    private static Runnable read(int port) {
        HttpConnection connection = connection(port);
        return () -> check(ReadAll.byTrigger(connection) > 0);
    }

    private static Runnable receive(String preset, int kilobytes) {
        String verified = preset.equals("unknown") ? "github" : preset;
        Secret secret = Secret.of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        Random random = new Random(1);
        WebhookSigner signer = WebhookSigner.preset(verified, secret);
        List<WebhookRequest> requests = IntStream.range(0, kilobytes < 50 ? 100 : 10)
                .mapToObj(i -> signer.sign(request(json(preset, kilobytes * 1024, random))))
                .toList();
        int[] handled = {0};
        WebhookReceiver receiver = WebhookReceiver.named("leads")
                .verify(Signatures.preset(verified, secret))
                // Repeated events have been evicted, so they are handled as new ones.
                .remember(Duration.ofDays(1), requests.size() / 2)
                .handler(event -> handled[0] += event.payload().size())
                .build();
        int[] next = {0};
        return () -> {
            next[0] = (next[0] + 1) % requests.size();
            check(receiver.receive(requests.get(next[0])).isAccepted());
        };
    }

    private static WebhookRequest request(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("Host", List.of("app.example.com"));
        headers.put("User-Agent", List.of("Sender/1.0"));
        headers.put("Accept", List.of("*/*"));
        headers.put("Content-Type", List.of("application/json"));
        headers.put("Content-Length", List.of(String.valueOf(body.length)));
        headers.put("X-Request-Id", List.of("0b7a1b52"));
        return WebhookRequest.of("POST", "/hooks/leads", "", headers, body);
    }

    private static String json(String preset, int size, Random random) {
        StringBuilder json = new StringBuilder(
                preset.equals("github")
                        ? "{\"action\":\"opened\",\"issue\":{\"id\":" + random.nextInt() + "},\"leads\":["
                        : "{\"id\":\"evt_" + random.nextInt() + "\",\"type\":\"lead.created\",\"leads\":[");
        int number = 0;
        while (json.length() < size - 100) {
            number++;
            json.append(number == 1 ? "" : ",")
                    .append("{\"email\":\"ada.")
                    .append(number)
                    .append("@example.com\",\"name\":\"Ada Lovelace\",\"score\":")
                    .append(random.nextInt(1000) / 10.0)
                    .append(",\"tags\":[\"a\",\"b\"],\"ok\":true}");
        }
        return json.append("]}").toString();
    }

    private static void check(boolean isRight) {
        if (!isRight) {
            throw new IllegalStateException("the operation has another result than expected");
        }
    }
}
