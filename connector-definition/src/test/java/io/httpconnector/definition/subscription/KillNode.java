package io.httpconnector.definition.subscription;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.HttpConnection;
import io.httpconnector.RetryPolicy;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.testing.VirtualTime;
import io.httpconnector.webhook.StoredWebhookSecrets;
import io.httpconnector.webhook.hybrid.HybridTrigger;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import io.httpconnector.webhook.server.JdkHandler;
import io.httpconnector.webhook.subscription.SubscriptionStatus;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * A process with a subscription and a hybrid trigger, which executes the commands of its standard input in virtual time, and prints its
 * events and the results. It ends with its input, or when it is killed.
 */
final class KillNode {

    /** Distinguishes what a process reports from its log. */
    static final String PREFIX = "> ";

    private static final Secret KEY = Secret.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

    private static final String DEFINITION = """
            {"events": ["record"],
             "create": {"name": "Create", "method": "POST", "url": "/hooks", "body": {"json": {
               "url": "{{webhook.url}}", "secret": "{{webhook.secret}}"}}},
             "id": "/id", "expiry": "/expires",
             "renew": {"name": "Renew", "method": "PATCH", "url": "/hooks/{{subscription.id}}", "body": {"json": {"renew": true}}},
             "check": {"name": "Check", "method": "GET", "url": "/hooks/{{subscription.id}}"},
             "healthy": "/active",
             "rotate": {"name": "Rotate", "method": "PATCH", "url": "/hooks/{{subscription.id}}",
               "body": {"json": {"secret": "{{webhook.secret}}"}}},
             "delete": {"name": "Delete", "method": "DELETE", "url": "/hooks/{{subscription.id}}"},
             "list": {"request": {"name": "List", "method": "GET", "url": "/hooks"},
               "records": "/hooks", "id": "/id", "url": "/url", "expiry": "/expires"},
             "verify": [{"type": "preset", "name": "github", "secrets": ["current", "previous", "next"]}]}""";

    /** Without a request to rotate: the subscription is replaced. */
    private static final String SECRET_OF_THE_SERVICE = DEFINITION
            .replace("\"secret\": \"{{webhook.secret}}\"}}},\n \"id\"", "\"kind\": \"web\"}}},\n \"id\"")
            .replace("\"id\": \"/id\", \"expiry\": \"/expires\",\n", "\"id\": \"/id\", \"secret\": \"/secret\",\n")
            .replaceAll("(?s) \"rotate\".*?\"delete\"", " \"delete\"");

    private final VirtualTime time;
    private final WebhookSubscription subscription;
    private final HybridTrigger trigger;

    private KillNode(String[] arguments) throws IOException {
        time = new VirtualTime(Instant.parse(arguments[2]));
        HttpConnection connection = HttpConnection.named("service")
                .baseUrl(arguments[1])
                .retry(RetryPolicy.none())
                .auth(request -> request.header(KillService.CLOCK, time.now().toString()))
                .build();
        StateStore store;
        TokenStore tokens;
        if (arguments[0].startsWith("jdbc:")) {
            JdbcConnectionPool pool = JdbcConnectionPool.create(arguments[0], "sa", "");
            store = JdbcStateStore.of(pool);
            tokens = JdbcTokenStore.of(pool, TokenEncryption.aesGcm(KEY));
        } else {
            store = StateStore.file(Path.of(arguments[0], "state"));
            tokens = TokenStore.file(Path.of(arguments[0], "secrets"), KEY);
        }
        subscription = WebhookSubscription.named("records")
                .definition(JsonSupport.parse(Boolean.parseBoolean(arguments[4]) ? SECRET_OF_THE_SERVICE : DEFINITION))
                .connection(connection)
                .url(URI.create(arguments[3]))
                .store(store)
                .secrets(StoredWebhookSecrets.in(tokens, "test", "records"))
                .timeSource(time)
                .build();
        trigger = HybridTrigger.named("records")
                .connection(connection)
                .poll(poll -> poll.request(
                                RequestTemplate.named("Records").get("/records").build())
                        .records(RecordSelector.atRoot())
                        .key("/id")
                        .version("/version")
                        .startPosition(StartPosition.everything()))
                .webhook(webhook -> webhook.subscription(subscription).timeSource(time))
                .payload(WebhookPayload.records(""))
                .store(store)
                .handler(event -> print("event " + event.key() + " " + event.id()))
                .build();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", JdkHandler.of(trigger));
        server.start();
        print("ready " + server.getAddress().getPort());
    }

    /** Runs a process: directory or JDBC URL, URL of the service, time, URL of the webhook, whether the service chooses secrets. */
    public static void main(String[] arguments) throws IOException {
        KillNode node = new KillNode(arguments);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line = in.readLine();
            while (line != null) {
                String[] words = line.split(" ", -1);
                node.advanceTo(Instant.parse(words[0]));
                node.execute(words);
                SubscriptionStatus status = node.subscription.status();
                print("done " + words[1] + " " + status.state() + " "
                        + status.id().orElse("-") + " " + status.toDelete().size() + " " + node.time.now() + " "
                        + status.lastError().orElse(""));
                line = in.readLine();
            }
        }
        System.exit(0);
    }

    private void advanceTo(Instant instant) {
        if (instant.isAfter(time.now())) {
            // The successor of this process must not start earlier: clocks do not go back by hours.
            print("time " + instant);
            time.advance(Duration.between(time.now(), instant));
        }
    }

    private void execute(String[] words) {
        switch (words[1]) {
            case "register" -> subscription.register();
            case "run" -> run(Duration.parse(words[2]));
            case "check" -> subscription.checkNow();
            case "renew" -> subscription.renewNow();
            case "rotate" -> subscription.rotateSecret();
            case "stop" -> subscription.stop();
            case "wait" -> advanceTo(time.now().plus(Duration.parse(words[2])));
            case "poll" -> poll();
            default -> throw new IllegalArgumentException(words[1]);
        }
    }

    /** Polls. The first poll after those of another node fails, because the state has changed. */
    private void poll() {
        try {
            trigger.pollOnce();
        } catch (StateException e) {
            if (e.reason() != StateException.StateFailure.CONFLICT) {
                throw e;
            }
            trigger.pollOnce();
        }
    }

    /** Executes each step when it is due, until a time has passed. */
    private void run(Duration duration) {
        Instant end = time.now().plus(duration);
        Instant due = subscription.manage();
        while (due.isBefore(end)) {
            advanceTo(due);
            due = subscription.manage();
        }
        advanceTo(end);
    }

    private static void print(String line) {
        synchronized (System.out) {
            System.out.println(PREFIX + line);
            System.out.flush();
        }
    }
}
