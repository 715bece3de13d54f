package io.httpconnector.examples.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.httpconnector.Secret;
import io.httpconnector.template.PillCatalogue;
import io.httpconnector.trigger.DeadLetter;
import io.httpconnector.webhook.EventCapture;
import io.httpconnector.webhook.Handshake;
import io.httpconnector.webhook.Handshakes;
import io.httpconnector.webhook.PublicKeys;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.SignedFields;
import io.httpconnector.webhook.TenantRoutes;
import io.httpconnector.webhook.ValueSelector;
import io.httpconnector.webhook.Verifier;
import io.httpconnector.webhook.Verifiers;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.WebhookSigner;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.server.JdkHandler;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/webhooks.md}. */
final class WebhookSnippets {

    private static final Logger log = LoggerFactory.getLogger(WebhookSnippets.class);

    private WebhookSnippets() {}

    static void leads(HttpServer server, Secret secret, Crm crm) {
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.typeform(secret))
                .handler(event -> crm.create(event.payload()))
                .build();

        WebhookRouter router = WebhookRouter.at("https://app.example.com/hooks");
        URI url = router.add(WebhookRouter.newToken(), leads); // give it to the form; it is a secret
        server.createContext("/hooks/", JdkHandler.of(router));
        log.info("{} is listening", router);
        crm.entered(url);
    }

    /** Where leads go. */
    interface Crm {
        void create(JsonNode lead);

        default void entered(URI url) {}
    }

    static WebhookReceiver workspaces(Secret signingSecret, Workspace acme) {
        TenantRoutes workspaces = TenantRoutes.create();
        WebhookReceiver slack = WebhookReceiver.named("slack")
                .verify(Signatures.slack(signingSecret))
                .handshake(Handshakes.slack())
                .tenant(ValueSelector.body("/team_id")
                        .or(ValueSelector.body("/payload/team/id"))
                        .or(ValueSelector.body("/enterprise_id")))
                .tenants(workspaces)
                .build();
        workspaces.add("T061EG9R6", event -> acme.handle(event.payload()));
        return slack;
    }

    /** A customer of the application. */
    interface Workspace {
        void handle(JsonNode event);
    }

    static WebhookReceiver inbox(Path directory, Secret secret, Crm crm) {
        Inbox inbox = Inbox.file(directory);
        WebhookReceiver leads = WebhookReceiver.named("leads")
                .verify(Signatures.stripe(secret))
                .inbox(inbox)
                .key(ValueSelector.body("/data/object/customer")) // those of one customer in their order
                .delivery(delivery -> delivery.concurrently(8).attempts(10))
                .handler(event -> crm.create(event.payload()))
                .build();

        for (DeadLetter letter : leads.deadLetters()) {
            log.warn("{}: {}", letter.event(), letter.error());
            leads.replay(letter.event().id());
        }
        return leads;
    }

    static Verifier acme(Secret current, Secret old) {
        return Signatures.hmac("HmacSHA256", current, old)
                .signature(ValueSelector.header("X-Acme-Signature").items(",").after("v1="))
                .timestamp(ValueSelector.header("X-Acme-Signature").items(",").after("t="))
                .content("{{timestamp}}.{{method}}.{{body}}")
                .encoding("base64")
                .eventId(ValueSelector.body("/event/id"))
                .build();
    }

    static Verifier listOfFields(PublicKeys keys) {
        return Signatures.publicKey("SHA256withRSA", keys)
                .signature(ValueSelector.body("/sign"))
                .encoding("base64")
                .fields(SignedFields.each("{{name}}={{value}}")
                        .separator("&")
                        .sorted()
                        .without("sign", "sign_type")
                        .withoutEmpty())
                .content("{{fields}}")
                .build();
    }

    static Verifier keyOfADigest(Secret secret) {
        return Signatures.hmac("HmacSHA1", secret)
                .key("{{secret | sha1 | bytes}}")
                .signature(ValueSelector.body("/sign").items("&").part("|", 1)) // key1|signature1&key2|signature2
                .content("{{form.payload}}")
                .build();
    }

    static Handshake challenge(Secret secret) {
        return Handshakes.challenge(ValueSelector.query("crc_token"))
                .method("GET")
                .hmac("HmacSHA256", secret, "base64")
                .responseJson("{\"response_token\": \"sha256={{hmac}}\"}")
                .build();
    }

    static WebhookReceiver chat(Secret secret, Crm crm) {
        return WebhookReceiver.named("chat")
                .verify(Signatures.hmac("HmacSHA256", secret)
                        .signature(ValueSelector.header("X-Acme-Signature"))
                        .encrypted(ValueSelector.body("/encrypt"), "{{secret | sha256 | bytes}}")
                        .build())
                .handshake(Handshakes.challenge(ValueSelector.body("/challenge"))
                        .encrypted(ValueSelector.body("/encrypt"), secret, "{{secret | sha256 | bytes}}")
                        .responseJson("{\"challenge\": \"{{challenge}}\"}")
                        .build())
                .handler(event -> crm.create(event.payload()))
                .build();
    }

    static Verifier[] senders(Secret password) {
        return new Verifier[] {
            Verifiers.basic("acme", password),
            Verifiers.token(ValueSelector.header("X-Token"), password),
            Verifiers.addresses("192.0.2.0/24", "2001:db8::/32"),
        };
    }

    static WebhookReceiver handshakes(Secret secret, Secret verifyToken, Crm crm) {
        return WebhookReceiver.named("messages")
                .verify(Signatures.preset("meta", secret))
                .handshake(Handshakes.meta(verifyToken))
                .each("/entry")
                .id(ValueSelector.body("/id"))
                .handler(event -> crm.create(event.payload()))
                .build();
    }

    static WebhookReceiver defined(JsonNode saved, Secret secret, Secret verifyToken, Crm crm) {
        return WebhookReceiver.named("messages")
                .definition(saved, Map.of("app", secret, "verify", verifyToken))
                .handler(event -> crm.create(event.payload()))
                .build();
    }

    static void explained(WebhookReceiver leads, WebhookRequest refused, Secret oldSecret) {
        log.info("{}", leads.explain(refused, oldSecret));
    }

    static void tested(WebhookReceiver leads, Secret secret) {
        WebhookRequest genuine = WebhookSigner.preset("stripe", secret)
                .sign(WebhookRequest.of("POST", "/", "", Map.of(), "{\"id\": \"evt_1\"}".getBytes(UTF_8)));
        int status = leads.receive(genuine).status();
        log.info("{}", status);
    }

    static PillCatalogue captured(WebhookReceiver leads) {
        try (EventCapture capture = leads.capture(5)) {
            return capture.catalogue("lead"); // when the service has sent a few
        }
    }
}
