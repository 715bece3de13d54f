package io.httpconnector.auth;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An IAM role whose temporary credentials are requested from the AWS Security Token Service (STS), and again before they expire. See
 * {@link AwsAuth#assumeRole} and {@link AwsAuth#webIdentity}. Immutable: each method returns a new role.
 */
public final class AwsRole {

    private static final String CREDENTIALS = "Credentials";

    private final Map<String, String> parameters;
    private final String stsUrl;
    /** The time source; null for that of the credentials. */
    private final @Nullable TimeSource timeSource;

    private AwsRole(Map<String, String> parameters, String stsUrl, @Nullable TimeSource timeSource) {
        this.parameters = parameters;
        this.stsUrl = stsUrl;
        this.timeSource = timeSource;
    }

    /**
     * Names a role.
     *
     * @param arn the Amazon Resource Name, such as {@code arn:aws:iam::123456789012:role/reader}
     * @return the role, with a session named {@code http-connector}
     * @throws InvalidDefinitionException if it is not the name of a role
     */
    public static AwsRole of(String arn) {
        if (arn == null || !arn.startsWith("arn:")) {
            throw invalid("role: it is not an ARN, such as arn:aws:iam::123456789012:role/reader");
        }
        return new AwsRole(Map.of("RoleArn", arn, "RoleSessionName", "http-connector"), "", null);
    }

    /**
     * Sets the name of the session, which AWS logs.
     *
     * @param name 2 to 64 letters, digits and {@code =,.@_-}
     * @return a new role
     */
    public AwsRole sessionName(String name) {
        if (name == null || !name.matches("[\\w=,.@-]{2,64}")) {
            throw invalid("session name: it must have 2 to 64 letters, digits and =,.@_-");
        }
        return with("RoleSessionName", name);
    }

    /**
     * Sets the external ID that the trust policy of the role requires.
     *
     * @param id the ID
     * @return a new role
     */
    public AwsRole externalId(String id) {
        return with("ExternalId", id);
    }

    /**
     * Sets the lifetime of the credentials. Default: one hour.
     *
     * @param lifetime 15 minutes to 12 hours
     * @return a new role
     */
    public AwsRole lifetime(Duration lifetime) {
        if (lifetime == null || lifetime.toSeconds() < 900 || lifetime.toSeconds() > 43_200) {
            throw invalid("lifetime: it must be 15 minutes to 12 hours");
        }
        return with("DurationSeconds", String.valueOf(lifetime.toSeconds()));
    }

    /**
     * Sets the URL of STS. Default: the endpoint of the region.
     *
     * @param url an absolute URL
     * @return a new role
     */
    public AwsRole stsUrl(String url) {
        if (url == null || !Request.get(url).uri().isAbsolute()) {
            throw invalid("stsUrl: it is not absolute: start with https://");
        }
        return new AwsRole(parameters, url, timeSource);
    }

    /**
     * Sets the time source by which the temporary credentials expire and sign, for tests. Default: that of the {@link AwsAuth}, or the
     * system time.
     *
     * @param timeSource the time source
     * @return a new role
     */
    public AwsRole timeSource(TimeSource timeSource) {
        return new AwsRole(parameters, stsUrl, timeSource);
    }

    private AwsRole with(String name, String value) {
        if (value == null) {
            throw invalid(name + ": it is null");
        }
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.put(name, value);
        return new AwsRole(Map.copyOf(all), stsUrl, timeSource);
    }

    private static InvalidDefinitionException invalid(String problem) {
        return new InvalidDefinitionException("AWS role", List.of(problem));
    }

    /** Returns a strategy that requests credentials by an action of STS, and signs by them. */
    LoginAuth login(
            String action, UnaryOperator<Request> signer, String region, String service, TimeSource defaultTime) {
        TimeSource time = timeSource == null ? defaultTime : timeSource;
        String result = "/" + action + "Response/" + action + "Result/" + CREDENTIALS + "/";
        return LoginAuth.by(() -> signer.apply(request(action, region)))
                .token(result + "SecretAccessKey")
                .field("accessKeyId", result + "AccessKeyId")
                .field("sessionToken", result + "SessionToken")
                .expires(result + "Expiration", ExpiryFormat.EPOCH_SECONDS)
                .useFields((key, fields) -> auth(key, fields, region, service).timeSource(time))
                .timeSource(time)
                .build();
    }

    private static AwsAuth auth(Secret key, Map<String, Secret> fields, String region, String service) {
        Secret id = fields.get("accessKeyId");
        Secret token = fields.get("sessionToken");
        if (id == null || token == null) {
            throw new LoginException("The response of STS has no complete credentials", null);
        }
        return AwsAuth.of(id.reveal(), key, region, service).sessionToken(token);
    }

    private Request request(String action, String region) {
        String url = stsUrl.isEmpty() ? "https://sts." + region + ".amazonaws.com/" : stsUrl;
        Request request = Request.post(url)
                .named("AWS STS")
                .header("Accept", "application/json")
                .bodyField("Action", action)
                .bodyField("Version", "2011-06-15");
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            request = request.bodyField(parameter.getKey(), parameter.getValue());
        }
        return request;
    }

    @Override
    public String toString() {
        return "AwsRole " + parameters.get("RoleArn");
    }
}
