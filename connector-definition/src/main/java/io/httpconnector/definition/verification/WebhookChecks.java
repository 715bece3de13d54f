package io.httpconnector.definition.verification;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Secret;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.verification.CheckResult.CheckStatus;
import io.httpconnector.webhook.RequestDiagnosis;
import io.httpconnector.webhook.RequestDiagnosis.DiagnosisStep;
import io.httpconnector.webhook.SignatureBuilder;
import io.httpconnector.webhook.Signatures;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookRequest;
import io.httpconnector.webhook.WebhookSigner;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks webhooks with requests that are signed like those of the service. Nothing is sent. */
final class WebhookChecks {

    private static final String BODY = "{\"id\": \"1\", \"type\": \"verification\"}";
    private static final String CHANGED = "{\"id\": \"2\", \"type\": \"verification\"}";

    private final Connector connector;
    private final Function<String, @Nullable Secret> secrets;
    private final List<CheckResult> results;

    WebhookChecks(Connector connector, Function<String, @Nullable Secret> secrets, List<CheckResult> results) {
        this.connector = connector;
        this.secrets = secrets;
        this.results = results;
    }

    /** Adds data of a secret to a request. */
    @FunctionalInterface
    private interface Signer {
        WebhookRequest sign(WebhookRequest request, Secret secret);
    }

    void check(String title, String name, JsonNode webhook) {
        JsonNode verifier = webhook.path("verify").path(0);
        Signer signer = signer(verifier);
        String secretName = verifier.path("secrets")
                .path(0)
                .asText(verifier.path("tokens").path(0).asText(""));
        Secret secret = secretName.isEmpty() ? null : secrets.apply(secretName);
        if (webhook.has("subscription") && !webhook.has("verify")) {
            add(
                    title,
                    CheckStatus.SKIPPED,
                    "its secret is created when its subscription registers it at the service: run \"listen\" with"
                            + " --subscribe instead");
        } else if (webhook.path("verify").size() != 1 || signer == null) {
            add(title, CheckStatus.SKIPPED, "its requests cannot be signed here: receive one by \"listen\" instead");
        } else if (secret == null) {
            add(title, CheckStatus.SKIPPED, "the secret \"" + secretName + "\" is missing");
        } else {
            check(title, name, signer, secret);
        }
    }

    private void check(String title, String name, Signer signer, Secret secret) {
        try {
            connector.on(name, event -> {});
            WebhookReceiver receiver = connector.receiver(name).orElseThrow();
            URI url = connector.webhookUrl(name).orElseThrow();
            WebhookRequest genuine = signer.sign(request(url, BODY), secret);
            RequestDiagnosis diagnosis = receiver.explain(genuine);
            RequestDiagnosis changed = receiver.explain(changed(genuine, url));
            RequestDiagnosis forged = receiver.explain(
                    signer.sign(request(url, BODY), Secret.of("Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2Vk")));
            if (diagnosis.step() == DiagnosisStep.VERIFICATION) {
                add(title, CheckStatus.FAILED, "a signed request is rejected: " + diagnosis.reason());
            } else if (forged.step() != DiagnosisStep.VERIFICATION) {
                add(title, CheckStatus.FAILED, "a request that is signed with another secret is accepted");
            } else {
                add(
                        title,
                        CheckStatus.OK,
                        changed.step() == DiagnosisStep.VERIFICATION
                                ? "a signed request is verified, and one with a changed body is rejected"
                                : "the secret is verified; the service does not sign the body");
            }
        } catch (RuntimeException e) {
            add(title, CheckStatus.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static WebhookRequest request(URI url, String body) {
        return WebhookRequest.of(
                        "POST",
                        url.getPath(),
                        "",
                        Map.of("Content-Type", List.of("application/json")),
                        body.getBytes(StandardCharsets.UTF_8))
                .publicUrl(url.toString());
    }

    /** Returns the request with another body, and the header fields of the signature. */
    private static WebhookRequest changed(WebhookRequest genuine, URI url) {
        return WebhookRequest.of("POST", url.getPath(), "", genuine.headers(), CHANGED.getBytes(StandardCharsets.UTF_8))
                .publicUrl(url.toString());
    }

    /** Returns a signer for a verifier of a document; null if only the service can sign. */
    private @Nullable Signer signer(JsonNode verifier) {
        return switch (verifier.path("type").asText()) {
            case "preset" ->
                (request, secret) -> WebhookSigner.preset(verifier.path("name").asText(), secret)
                        .sign(request);
            case "signature" ->
                verifier.has("secrets")
                        ? (request, secret) -> WebhookSigner.of(scheme(verifier, secret), secret)
                                .sign(request)
                        : null;
            case "token" ->
                verifier.at("/location/header").isTextual()
                        ? (request, secret) ->
                                request.header(verifier.at("/location/header").asText(), secret.reveal())
                        : null;
            default -> null;
        };
    }

    private SignatureBuilder scheme(JsonNode verifier, Secret secret) {
        SignatureBuilder scheme = Signatures.definition(verifier.path("definition"), secret);
        verifier.path("namedSecrets").properties().forEach(named -> {
            Secret found = secrets.apply(named.getValue().asText());
            if (found != null) {
                scheme.namedSecret(named.getKey(), found);
            }
        });
        return scheme;
    }

    private void add(String title, CheckStatus status, String message) {
        results.add(new CheckResult(title, status, message));
    }
}
