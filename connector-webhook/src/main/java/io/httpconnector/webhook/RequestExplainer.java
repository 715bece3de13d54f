package io.httpconnector.webhook;

import io.httpconnector.Secret;
import io.httpconnector.webhook.RequestDiagnosis.DiagnosisStep;
import io.httpconnector.webhook.SignedData.DefaultSelectors;
import io.httpconnector.webhook.internal.BodyLength;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Diagnoses what a receiver would do with a request, and why, without handling it. Thread-safe. */
final class RequestExplainer {

    private static final int MAX_TENANTS = 10;

    private final ReceiverSettings settings;

    RequestExplainer(ReceiverSettings settings) {
        this.settings = settings;
    }

    /** Returns the step at which processing would end; {@code candidates} are secrets that may have signed the request. */
    RequestDiagnosis explain(WebhookRequest given, List<Secret> candidates) {
        WebhookRequest named = settings.publicUrl() == null ? given : given.publicUrl(settings.publicUrl());
        WebhookRequest request = settings.senderLimiter().withSourceAddress(named);
        if (!settings.methods().contains(request.method())) {
            return new RequestDiagnosis(
                    DiagnosisStep.METHOD,
                    Texts.visible(request.method()) + " is not allowed",
                    List.of("allowed methods are " + settings.methods()));
        }
        if (request.body().length > settings.maxBody()) {
            return new RequestDiagnosis(
                    DiagnosisStep.SIZE,
                    "the body has " + request.body().length + " bytes",
                    List.of("maxBody is " + settings.maxBody()));
        }
        Instant now = settings.time().now();
        SignedData signed = null;
        for (Verifier verifier : settings.verifiers()) {
            VerificationResult verdict = verifier.verify(request, now);
            if (!verdict.isAccepted()) {
                return new RequestDiagnosis(
                        DiagnosisStep.VERIFICATION,
                        verdict.toString(),
                        hints(verifier, verdict, request, now, candidates));
            }
            SignedData data = verdict.data(request, verifier);
            signed = signed == null ? data : signed.and(data);
        }
        if (request.isTruncated()) {
            return new RequestDiagnosis(
                    DiagnosisStep.BODY,
                    SignatureDiagnostics.length(request).orElse(BodyLength.TRUNCATED),
                    List.of(BodyLength.ADVICE));
        }
        SignedData data = signed == null ? SignedData.wholeRequest(request, DefaultSelectors.NONE) : signed;
        try {
            Payload payload = settings.reader().payload(data);
            return new RequestDiagnosis(DiagnosisStep.ACCEPTED, "", unknownTenants(request, data, payload, now));
        } catch (IOException e) {
            List<String> hints = data.isWholeRequest()
                    ? List.of()
                    : List.of(
                            "Content-Type is not signed, so it is ignored: if the service sends bodies of another media type,"
                                    + " set it by readAs(...)");
            return new RequestDiagnosis(DiagnosisStep.BODY, Texts.visible(String.valueOf(e.getMessage())), hints);
        }
    }

    /** Returns why events are acknowledged or refused without being handled. */
    private List<String> unknownTenants(WebhookRequest request, SignedData data, Payload payload, Instant now)
            throws IOException {
        TenantRoutes routes = settings.tenants();
        if (routes == null) {
            return List.of();
        }
        return settings.reader().events(data, payload, settings.reader().origin(request), now).stream()
                .map(WebhookEvent::tenant)
                .distinct()
                .filter(tenant -> !routes.hasHandler(tenant))
                .limit(MAX_TENANTS)
                .map(tenant -> tenant.isEmpty()
                        ? "the event has no signed value at the locations of the tenant"
                        : "the tenant \"" + Texts.visible(tenant) + "\" has no handler")
                .toList();
    }

    private static List<String> hints(
            Verifier verifier, VerificationResult verdict, WebhookRequest request, Instant now, List<Secret> others) {
        if (verifier instanceof SignatureVerifier signature) {
            return SignatureDiagnostics.of(signature, verdict, request, now, others);
        }
        if (verifier instanceof DecryptingVerifier decrypting) {
            return hints(decrypting.signature(), verdict, request, now, others);
        }
        if (verifier instanceof AnyOfVerifier any) {
            return any.all().stream()
                    .flatMap(one -> hints(one, one.verify(request, now), request, now, others).stream())
                    .distinct()
                    .toList();
        }
        return List.of();
    }
}
