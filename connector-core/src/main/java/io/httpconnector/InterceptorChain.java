package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.http.MaskedFields;
import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.recording.RedactionContext;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.MaskedTarget;
import io.httpconnector.internal.transport.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes one request to an interceptor, with masks instead of secrets, and restores them in what the interceptor sends or returns.
 * Used for one request. Not thread-safe.
 */
final class InterceptorChain implements Interceptor.Chain {

    /**
     * The interceptors of a connection with one placement, and how requests continue after the last one.
     *
     * @param policy decides where credentials are sent
     * @param identity computes fingerprints of credentials
     * @param credentials the secrets of the last signed request; none if the connection has no auth strategy; null if no request has
     *     been signed yet
     * @param written returns a request with its objects written by the mapping of the connection
     * @param mapping the mapping of responses; null for the default one
     */
    record Interceptors(
            ConnectionSettings settings,
            List<Interceptor> all,
            OriginPolicy policy,
            Fingerprints identity,
            Supplier<@Nullable List<NameValuePair>> credentials,
            Function<Request, Request> written,
            Response.@Nullable JsonMapping mapping) {

        /**
         * Passes a request through the interceptors.
         *
         * @param receiver reads the body of the response, or null
         * @param next sends the request
         * @param conclude classifies a response that an interceptor has created, and passes its body to the receiver
         */
        Response around(
                OriginPolicy.Hop hop,
                CallContext call,
                @Nullable StreamingReceiver<?> receiver,
                Function<OriginPolicy.Hop, Response> next,
                Function<Response, Response> conclude) {
            return new InterceptorChain(this, 0, hop, new Run(call, receiver, next, conclude)).run();
        }
    }

    /** Computes fingerprints of credentials. */
    interface Fingerprints {

        /**
         * Returns the fingerprint of the credentials of a request.
         *
         * @param signed the request as it was sent; null to sign that of the hop
         */
        String of(OriginPolicy.Hop hop, CallContext call, @Nullable Request signed);
    }

    /** The common state of the interceptors of one request. */
    private record Run(
            CallContext call,
            @Nullable StreamingReceiver<?> receiver,
            Function<OriginPolicy.Hop, Response> next,
            Function<Response, Response> conclude) {}

    private final Interceptors interceptors;
    private final int index;
    private final OriginPolicy.Hop hop;
    private final Run run;
    private final Request shown;
    /** The responses by their masked views. */
    private final IdentityHashMap<Response, Response> responses = new IdentityHashMap<>();

    private boolean isEnded;
    private @Nullable RuntimeException passed;

    private InterceptorChain(Interceptors interceptors, int index, OriginPolicy.Hop hop, Run run) {
        this.interceptors = interceptors;
        this.index = index;
        this.hop = hop;
        this.run = run;
        this.shown = Concealment.concealed(hop.own());
    }

    private Response run() {
        Interceptor interceptor = interceptors.all.get(index);
        Response result;
        try {
            result = interceptor.intercept(this);
        } catch (ConnectorException e) {
            throw e;
        } catch (Exception e) {
            if (e instanceof RuntimeException unchecked && unchecked == passed) {
                throw unchecked;
            }
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw failed(interceptor, " failed: " + e.getClass().getSimpleName() + reason(e), e);
        } finally {
            isEnded = true;
        }
        if (result == null) {
            throw failed(
                    interceptor, " returned null: it must return the response of proceed(...) or respond(...)", null);
        }
        Response original = responses.get(result);
        return original == null ? run.conclude.apply(replacing(result)) : original;
    }

    private String reason(Exception failure) {
        if (failure.getMessage() == null) {
            return "";
        }
        return interceptors.credentials.get() == null
                ? " (its message is not repeated, because it could have credentials that are not known yet: see the cause)"
                : ": " + failure.getMessage();
    }

    /** Returns the secrets that the interceptor may know. */
    private List<NameValuePair> secrets() {
        List<NameValuePair> secrets =
                new ArrayList<>(interceptors.policy.outgoing(hop).secrets());
        List<NameValuePair> credentials = interceptors.credentials.get();
        secrets.addAll(credentials == null ? List.of() : credentials);
        secrets.addAll(interceptors.settings.loginCookies().all());
        responses.values().forEach(response -> secrets.addAll(response.request().secrets()));
        return secrets;
    }

    private Interceptor.FailedException failed(Interceptor interceptor, String problem, @Nullable Exception cause) {
        String name = LogSafe.visible(interceptor.name());
        String text = hop.own() + ": the interceptor " + name + " of connection \"" + connection() + "\"" + problem;
        String message = LogSafe.visible(new Redactor(secrets()).mask(text));
        return cause == null
                ? new Interceptor.FailedException(name, message)
                : new Interceptor.FailedException(name, message, cause);
    }

    /** Returns a response of the interceptor as one to this request. */
    private Response replacing(Response response) {
        StreamingReceiver<?> receiver = run.receiver;
        if (receiver != null && receiver.hasStarted()) {
            throw failed(
                    interceptors.all.get(index),
                    " returned another response, but the reader has already received that of the service",
                    null);
        }
        return created(response.status(), response.headers().fields(), response.bytes());
    }

    private Response created(int status, HeaderFields fields, byte[] body) {
        return new Response(interceptors.policy.outgoing(hop), status, fields, body, run.call, interceptors.mapping);
    }

    @Override
    public String connection() {
        return interceptors.settings.name();
    }

    @Override
    public Interceptor.CallType callType() {
        if (run.call.isTest()) {
            return Interceptor.CallType.TEST;
        }
        return run.receiver == null ? Interceptor.CallType.SEND : Interceptor.CallType.STREAM;
    }

    @Override
    public Request request() {
        return shown;
    }

    @Override
    public Response proceed(Request request) {
        Request changed =
                interceptors.written.apply(Concealment.revealed(notNull(request, "request"), hop.own(), shown));
        checkUnused(changed);
        if (!responses.isEmpty() || passed != null) {
            run.call.startNextAttempt();
        }
        try {
            OriginPolicy.Hop next = interceptors.policy.changed(hop, changed);
            Response response = index + 1 < interceptors.all.size()
                    ? new InterceptorChain(interceptors, index + 1, next, run).run()
                    : run.next.apply(next);
            return shown(response);
        } catch (RuntimeException e) {
            passed = e;
            throw e;
        }
    }

    private void checkUnused(Request request) {
        StreamingReceiver<?> receiver = run.receiver;
        String problem = isEnded
                ? "the interceptor has already returned"
                : receiver != null && receiver.hasStarted()
                        ? "the reader of the response has already received data"
                        : request.isReplayable() ? "" : "its body can be sent only once";
        if (!problem.isEmpty()) {
            throw new ConnectorException(request + ": an interceptor can't send the request again: " + problem);
        }
    }

    private Response shown(Response response) {
        Response view = response.concealed();
        responses.put(view, response);
        return view;
    }

    @Override
    public Response respond(int status, Headers headers, byte[] body) {
        if (status < 200 || status > 599) {
            throw new InvalidDefinitionException("response of an interceptor", status + ": use 200 to 599");
        }
        return created(
                status,
                notNull(headers, "headers").fields(),
                notNull(body, "body").clone());
    }

    @Override
    public Response withHeader(Response response, String name, String value) {
        Response original = original(response);
        NameValuePair field = NameValuePair.of(notNull(name, "name"), notNull(value, "value"));
        HeaderFields all = original.headers().fields();
        NameValuePair[] fields = new NameValuePair[all.size() + 1];
        for (int i = 0; i < all.size(); i++) {
            fields[i] = NameValuePair.of(all.name(i), all.value(i));
        }
        fields[all.size()] = field;
        return shown(original.withFields(NameValuePair.headerFields(fields)));
    }

    @Override
    public boolean isMasked(Response response) {
        return response.differsFrom(original(response));
    }

    private Response original(Response response) {
        Response original = responses.get(notNull(response, "response"));
        if (original == null) {
            throw new InvalidDefinitionException("response of an interceptor", "it is not a response of proceed(...)");
        }
        return original;
    }

    @Override
    public String identity() {
        return interceptors.identity.of(hop, run.call, null);
    }

    @Override
    public String identity(Response response) {
        return interceptors.identity.of(hop, run.call, original(response).request());
    }

    @Override
    public Duration remaining() {
        return run.call.remaining();
    }

    @Override
    public Timings timings() {
        return run.call.timings();
    }

    @Override
    public TimeSource time() {
        return interceptors.settings.time();
    }

    /**
     * An interceptor with its placement.
     *
     * @param placement where it runs
     * @param interceptor the interceptor
     */
    record Registration(Interceptor.Placement placement, Interceptor interceptor) {}

    /** Returns the interceptors with a placement, in the order of their registration. */
    static List<Interceptor> at(Interceptor.Placement placement, List<Registration> all) {
        return all.stream()
                .filter(one -> one.placement == placement)
                .map(Registration::interceptor)
                .toList();
    }

    /** Returns the states of those interceptors that have one, by name. */
    static Map<String, String> status(List<Registration> all) {
        Map<String, String> states = new LinkedHashMap<>();
        List<Interceptor> known = new ArrayList<>();
        for (Registration one : all) {
            Interceptor interceptor = one.interceptor;
            interceptor.status().filter(state -> known.add(interceptor)).ifPresent(state -> {
                String name = interceptor.name();
                states.put(states.containsKey(name) ? name + " " + known.size() : name, state);
            });
        }
        return states;
    }

    /**
     * Masks the secrets of a request for interceptors, and restores them in what an interceptor sends. A mask that an interceptor has
     * copied stands for its secret if it is at the same place; any other one is rejected, so that no mask is sent to a service.
     */
    static final class Concealment {

        private Concealment() {}

        /** Returns a request with masks instead of secrets, which {@link #revealed} replaces again; the same request if it has none. */
        static Request concealed(Request request) {
            List<NameValuePair> secrets = request.secrets();
            RedactionContext redaction = request.redaction();
            Body body = request.content();
            if (secrets.isEmpty() && !redaction.redactsUrl() && (body == null || !body.isConcealed())) {
                return request;
            }
            Redactor redactor = new Redactor(secrets);
            String target = target(request);
            String masked = redactor.mask(redaction.shownTarget(target));
            return request.replaced(
                    request.method(),
                    masked.equals(target) ? request.url() : Url.parseReference(request.origin() + masked),
                    request.queryFields().map(field -> concealed(field, redactor)),
                    request.headerFields().map(field -> concealed(field, redactor)),
                    body == null
                            ? null
                            : body.concealedFor(redactor, !redaction.masked().isEmpty()),
                    redaction);
        }

        private static NameValuePair concealed(NameValuePair field, Redactor redactor) {
            String masked = field.isSensitive() ? field.value() : redactor.mask(field.value());
            return masked.equals(field.value())
                    ? field.concealed()
                    : new NameValuePair(field.name(), masked, Secret.assumed(field.value()));
        }

        /** Returns the path and query of the URL, without the query fields of the request. */
        private static String target(Request request) {
            return NameValuePairs.NONE.target(request.url(), false);
        }

        /**
         * Returns a request of an interceptor with the secrets that its masks stand for.
         *
         * @param original the request that was concealed
         * @param shown what the interceptor has seen
         * @throws InvalidDefinitionException if a mask stands for no secret at its place
         */
        @SuppressWarnings("ReferenceEquality") // A request that has no secrets is the same object.
        static Request revealed(Request changed, Request original, Request shown) {
            RedactionContext redaction = changed.redaction().revealed(original.redaction());
            if (shown == original) {
                return changed.replaced(
                        changed.method(),
                        changed.url(),
                        changed.queryFields(),
                        changed.headerFields(),
                        changed.content(),
                        redaction);
            }
            Url url = url(changed, original, shown);
            boolean isRestored = url != changed.url() && url != original.url();
            return changed.replaced(
                    changed.method(),
                    url,
                    MaskedFields.restored(
                            changed.queryFields(), shown.queryFields(), original.queryFields(), "query parameter"),
                    MaskedFields.restored(
                            changed.headerFields(), shown.headerFields(), original.headerFields(), "header field"),
                    body(changed.content(), original.content(), shown.content()),
                    // A secret of a query parameter may be in the URL now.
                    isRestored ? redaction.withSecrets(original.queryFields().secrets()) : redaction);
        }

        @SuppressWarnings("ReferenceEquality") // What an interceptor has not changed is the same object.
        private static Url url(Request changed, Request original, Request shown) {
            Url url = changed.url();
            if (url == shown.url()) {
                return original.url();
            }
            String target = target(changed);
            if (!LogSafe.hasMask(target)) {
                return url;
            }
            boolean isSameOrigin = url.host() == null || url.sameOrigin(original.url());
            String restored = isSameOrigin ? MaskedTarget.restored(target, shown.target(), original.target()) : null;
            if (restored == null) {
                throw invalid(
                        "sets a URL with ***, which stands for a secret" + (isSameOrigin ? "" : " of another origin")
                                + ": add parameters by query(name, value), remove them by withoutQuery(name), or set a URL without"
                                + " the masked part");
            }
            return Url.parseReference((url.host() == null ? "" : url.host().toString()) + restored);
        }

        @SuppressWarnings("ReferenceEquality") // What an interceptor has not changed is the same object.
        private static @Nullable Body body(@Nullable Body changed, @Nullable Body original, @Nullable Body shown) {
            if (changed == null || original == null || shown == null || shown == original) {
                return changed;
            }
            if (changed == shown) {
                return original;
            }
            Body revealed = changed.revealed();
            if (revealed != null) {
                return revealed;
            }
            if (changed.isCopyOf(shown)) {
                return original;
            }
            if (changed.hasMask()) {
                throw invalid(
                        "sets a body with ***, which stands for a secret that interceptors do not see: leave the body of the"
                                + " request as it is, or change its fields by bodyField(name, value) and withoutBodyField(name)");
            }
            return changed;
        }

        private static InvalidDefinitionException invalid(String problem) {
            return new InvalidDefinitionException("request", "an interceptor " + problem);
        }
    }
}
