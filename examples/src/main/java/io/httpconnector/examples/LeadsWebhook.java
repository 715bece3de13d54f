package io.httpconnector.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Body;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.webhook.SignatureBuilder;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.server.JdkHandler;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * An example of receiving webhooks: accepts the signed leads of an online form, handles each once even if the CRM is
 * temporarily unavailable, and rejects forged ones. The JDK's web server receives them, and an inbox in a directory stores
 * pending events.
 */
public final class LeadsWebhook {

    private static final Secret SECRET = Secret.of("the-secret-of-the-form");

    private final PrintStream out;
    private final List<String> crm = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger failures = new AtomicInteger(2);
    private final CountDownLatch three = new CountDownLatch(3);

    LeadsWebhook(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the example. Exits with 0 only if each genuine lead was handled once, and no other.
     *
     * @param args none
     * @throws IOException if temporary files can't be created, or no port is available
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        System.exit(new LeadsWebhook(System.out).run() ? 0 : 1);
    }

    /** The signature scheme, known to both sides. */
    private static SignatureBuilder signature() {
        return Signatures.hmac("HmacSHA256", SECRET)
                .signature(ValueSelector.header("X-Form-Signature").items(",").after("v1="))
                .timestamp(ValueSelector.header("X-Form-Signature").items(",").after("t="))
                .content("{{timestamp}}.{{body}}")
                .eventId(ValueSelector.body("/id"));
    }

    boolean run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("leads-webhook");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        try (Inbox inbox = Inbox.file(directory);
                WebhookReceiver leads = WebhookReceiver.named("leads")
                        .verify(signature().build())
                        .inbox(inbox)
                        .delivery(delivery -> delivery.backoff(Duration.ofMillis(50), Duration.ofSeconds(1)))
                        .handler(event -> create(event.payload().at("/email").asText()))
                        .build();
                HttpConnection form = HttpConnection.named("Form").baseUrl(base).build()) {
            WebhookRouter router = WebhookRouter.at(base + "/hooks");
            URI url = router.add(WebhookRouter.newToken(), leads);
            server.createContext("/hooks/", JdkHandler.of(router));
            server.start();
            tell(url, form, leads);
            boolean all = three.await(20, TimeUnit.SECONDS);
            out.println("The CRM has " + crm + ", " + leads.deadLetters().size() + " dead letters.");
            return all
                    && crm.stream()
                            .sorted()
                            .toList()
                            .equals(List.of("ada@example.com", "bob@example.com", "cy@example.com"));
        } finally {
            server.stop(0);
            threads.shutdownNow();
            deleteAll(directory);
        }
    }

    private void tell(URI url, HttpConnection form, WebhookReceiver leads) {
        out.println("The form sends its leads to " + url.getScheme() + "://.../hooks/<unguessable token>.");
        WebhookRequest ada = signed(url, "{\"id\": \"1\", \"email\": \"ada@example.com\"}");
        post(form, url, "Ada, signed", ada);
        post(form, url, "Ada again, because the form did not receive the response", ada);
        WebhookRequest forged = WebhookRequest.of(
                        "POST",
                        url.getPath(),
                        "",
                        Map.of(),
                        "{\"id\": \"2\", \"email\": \"eve@example.com\"}".getBytes(UTF_8))
                .header("X-Form-Signature", ada.header("X-Form-Signature").orElse(""));
        post(form, url, "Eve, with Ada's signature", forged);
        post(form, URI.create(url + "x"), "Bob, at an unknown URL", signed(url, "{}"));
        out.println("Why is a request rejected that a framework has parsed and serialised again?");
        out.println(leads.explain(rewritten(url)).toString().indent(2).stripTrailing());
        post(form, url, "Bob, signed", signed(url, "{\"id\": \"3\", \"email\": \"bob@example.com\"}"));
        post(form, url, "Cy, signed", signed(url, "{\"id\": \"4\", \"email\": \"cy@example.com\"}"));
    }

    private static WebhookRequest signed(URI url, String body) {
        return WebhookSigner.of(signature(), SECRET)
                .sign(WebhookRequest.of("POST", url.getPath(), "", Map.of(), body.getBytes(UTF_8)));
    }

    /** Simulates a framework that parses the JSON body and serialises it again. */
    private static WebhookRequest rewritten(URI url) {
        WebhookRequest sent = signed(url, "{\"id\": \"5\", \"email\": \"dan@example.com\"}");
        return WebhookRequest.of(
                "POST",
                url.getPath(),
                "",
                sent.headers(),
                "{\"id\":\"5\",\"email\":\"dan@example.com\"}".getBytes(UTF_8));
    }

    private void post(HttpConnection form, URI url, String what, WebhookRequest request) {
        Request post = Request.post(url.getPath())
                .acceptAnyStatus()
                .body(Body.bytes(request.body(), "application/json"))
                .header("X-Form-Signature", request.header("X-Form-Signature").orElse(""));
        out.println(what + ": " + form.send(post).status());
    }

    private void create(String email) {
        if (failures.getAndDecrement() > 0) {
            throw new IllegalStateException("the CRM is unavailable");
        }
        crm.add(email);
        out.println("  -> the CRM creates " + email);
        three.countDown();
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
