package io.httpconnector.benchmarks;

import io.httpconnector.Secret;
import io.httpconnector.webhook.Handshakes;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.Verifier;
import io.httpconnector.webhook.Verifiers;
import io.httpconnector.webhook.WebhookEndpoint;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookResponse;
import io.httpconnector.webhook.WebhookRouter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fuzzes a receiver with requests that Jazzer generates: none may get a response with status 500, because the handlers don't
 * fail.
 */
final class WebhookFuzz {

    private static final Secret SECRET = Secret.of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static final String TOKEN = WebhookRouter.newToken();
    private static final WebhookRouter ROUTER = WebhookRouter.at("https://app.example.com/hooks");
    private static final List<WebhookEndpoint> RECEIVERS = new ArrayList<>();
    private static final WebhookReceiver SIGNED = WebhookReceiver.named("signed")
            .verify(Signatures.github(SECRET))
            .publicUrl("https://app.example.com/hooks/x")
            .handler(event -> {})
            .build();

    static {
        WebhookReceiver open = WebhookReceiver.named("open")
                .unverified()
                .methods("POST", "PUT", "GET")
                .trustedHops(1)
                .limitPerSource(1_000_000, Duration.ofSeconds(1))
                .each("/e")
                .id(ValueSelector.body("/id"))
                .type(ValueSelector.header("X-Type").items(",").after("t="))
                .key(ValueSelector.query("a"))
                .remember(Duration.ofHours(1), 1000)
                .handshake(
                        Handshakes.echo("challenge"),
                        Handshakes.meta(SECRET),
                        Handshakes.microsoftGraph(),
                        Handshakes.slack(),
                        Handshakes.zoom(SECRET),
                        Handshakes.discord(),
                        Handshakes.asana(secret -> {}),
                        Handshakes.cloudEvents("*"))
                .responseJson(200, "{\"id\": \"{{event.id}}\", \"p\": \"{{event.payload | omit}}\"}")
                .handler(event -> {
                    if (event.headers().isEmpty()
                            && !event.query().isEmpty()
                            && event.body().bytes().length < 0) {
                        throw new IllegalStateException("a body has a length");
                    }
                })
                .build();
        RECEIVERS.add(open);
        ROUTER.add(TOKEN, open);
        for (String preset : Signatures.presets()) {
            Secret secret = preset.matches("discord|fal|telnyx|.*ed25519")
                    ? Secret.of("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
                    : SECRET;
            if (!preset.equals("sendgrid")) {
                add(Signatures.preset(preset, secret));
            }
        }
        add(Verifiers.jwt(SECRET).build());
        add(Verifiers.basic("user", SECRET));
        add(Verifiers.addresses("192.0.2.0/24"));
    }

    private WebhookFuzz() {}

    private static void add(Verifier verifier) {
        RECEIVERS.add(WebhookReceiver.named("verified")
                .verify(verifier)
                .publicUrl("https://app.example.com/hooks/x")
                .handler(event -> {})
                .build());
    }

    /** A request as text: a line with method and target, lines with header fields, an empty line, the body. */
    static void receive(byte[] data) {
        String text = new String(data, StandardCharsets.ISO_8859_1);
        int blank = text.indexOf("\n\n");
        String[] lines = (blank < 0 ? text : text.substring(0, blank)).split("\n", -1);
        byte[] body = blank < 0 ? new byte[0] : text.substring(blank + 2).getBytes(StandardCharsets.ISO_8859_1);
        String[] first = lines[0].split(" ", 2);
        String[] target = (first.length < 2 ? "" : first[1]).split("\\?", 2);
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] field = lines[i].split(":", 2);
            headers.computeIfAbsent(field[0], name -> new ArrayList<>()).add(field.length < 2 ? "" : field[1].strip());
        }
        WebhookRequest request = WebhookRequest.of(
                first[0].isEmpty() ? "POST" : first[0], target[0], target.length < 2 ? null : target[1], headers, body);
        for (WebhookEndpoint receiver : RECEIVERS) {
            check(receiver.receive(request));
        }
        check(ROUTER.receive(request));
        check(ROUTER.receive(WebhookRequest.of("POST", "/hooks/" + TOKEN, null, headers, body)));
        // Jazzer discovers the secret by observing comparisons.
        boolean guessed = text.contains(SECRET.reveal());
        if (!guessed && SIGNED.explain(request).toString().contains(SECRET.reveal())) {
            throw new IllegalStateException("the secret shows");
        }
    }

    private static void check(WebhookResponse response) {
        if (response.status() == 500) {
            throw new IllegalStateException("it could not be received");
        }
    }
}
