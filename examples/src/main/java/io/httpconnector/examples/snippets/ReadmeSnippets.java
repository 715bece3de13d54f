package io.httpconnector.examples.snippets;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.*;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.definition.*;
import io.httpconnector.polling.*;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.*;
import io.httpconnector.webhook.hybrid.*;
import io.httpconnector.webhook.server.JdkHandler;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.nio.file.Path;
import java.time.Duration;

/** The code of {@code README.md}. */
final class ReadmeSnippets {

    private ReadmeSnippets() {}

    static void document(TokenStore tokens, StateStore state, WebhookRouter router, Object account) {
        Connector acme = ConnectorDefinition.load(Path.of("eventbrite.connector.yaml"))
                .connect(ConnectorContext.forTenant("acme")
                        .value("clientId", "K7X")
                        .secrets(SecretSource.environment("ACME_"))
                        .tokens(tokens)
                        .state(state)
                        .webhooks(router)
                        .build());
        acme.connection().test().orThrow();
        acme.request("create-venue").send("account", account); // one request for each job, with its values
        acme.on("changes", event -> System.out.println(event.payload()));
        acme.start();
    }

    static void firstSteps(HttpServer server) {

        HttpConnection github = HttpConnection.named(
                        "GitHub") // one for each service and account, shared by all threads
                .baseUrl("https://api.github.com")
                .auth(CustomAuth.bearer(Secret.fromEnv("GITHUB_TOKEN")))
                .build();
        System.out.println(github.send(Request.get("/user")).json().at("/login").asText());

        PollingTrigger issues = PollingTrigger.named(
                        "issues") // new and updated issues, at-least-once, also after a crash
                .connection(github)
                .request(RequestTemplate.named("Issues")
                        .get("/repos/octocat/hello-world/issues")
                        .build())
                .key("/id")
                .version("/updated_at")
                .cursor(Cursor.timestamp("/updated_at").sentAs("since"))
                .pagination(Pagination.linkHeader())
                .every(Duration.ofMinutes(5))
                .store(StateStore.file(Path.of("state")))
                .handler(event -> System.out.println(
                        event.change() + " " + event.payload().at("/title").asText()))
                .build();
        issues.start();

        WebhookReceiver hooks = WebhookReceiver.named(
                        "github") // verifies the signature, deduplicates, then calls the handler
                .verify(Signatures.github(Secret.fromEnv("WEBHOOK_SECRET")))
                .handler(event -> System.out.println(event.type()))
                .build();
        server.createContext("/hooks/github", JdkHandler.of(hooks)); // or Spring, servlet, Vert.x, Javalin
    }

    static void hybrid(HttpConnection github, WebhookRouter router, String token, StateStore state, TokenStore tokens) {
        WebhookSubscription subscription = WebhookSubscription.named(
                        "issues") // created, renewed, checked, and created again if GitHub drops it
                .preset("github")
                .parameter("owner", "octocat")
                .parameter("repository", "hello-world")
                .events("issues")
                .connection(github)
                .url(router.url(token))
                .store(state)
                .secrets(StoredWebhookSecrets.in(tokens, "octocat", "issues"))
                .build();
        HybridTrigger changes = HybridTrigger.named(
                        "changes") // one event for each change, whether the webhook or the poll sees it first
                .connection(github)
                .poll(poll -> poll.request(RequestTemplate.named("Issues")
                                .get("/repos/octocat/hello-world/issues")
                                .query("state", "all")
                                .build())
                        .records(RecordSelector.atRoot().where(issue -> !issue.has("pull_request")))
                        .key("/id")
                        .version("/updated_at")
                        .cursor(Cursor.timestamp("/updated_at").sentAs("since"))
                        .pagination(Pagination.linkHeader())
                        .every(Duration.ofHours(1)))
                .webhook(webhook -> webhook.subscription(subscription))
                .payload(WebhookPayload.records("/issue"))
                .store(state)
                .handler(event -> System.out.println(
                        event.change() + " " + event.payload().at("/title").asText()))
                .build();
        router.add(token, changes); // token: a constant of WebhookRouter.newToken()
        changes.start();
        subscription.start(); // stop() deletes the webhook at GitHub
    }
}
