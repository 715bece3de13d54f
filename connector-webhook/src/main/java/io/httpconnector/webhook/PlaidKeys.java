package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.SignedJWT;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of Plaid, which are fetched one by one, by the key id in the header of a token. A key is cached for five minutes, and
 * for longer while Plaid is unreachable. Anyone can send unknown key ids, so lookups are limited. Thread-safe.
 */
final class PlaidKeys implements PublicKeys {

    static final ValueSelector TOKEN = ValueSelector.header("Plaid-Verification");

    private static final Logger LOG = LoggerFactory.getLogger(PlaidKeys.class);
    private static final String PATH = "/webhook_verification_key/get";
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final int MAX_LOOKUPS = 10;
    private static final int MAX_KEYS = 20;

    private final KeyEndpoint endpoint;
    private final TimeSource time;

    /** The keys by id, the oldest first. */
    private final Map<String, CachedKey> known = new LinkedHashMap<>();

    private long start;
    private int lookups;

    /**
     * A key that was fetched.
     *
     * @param key null if it has expired
     */
    private record CachedKey(@Nullable PublicKey key, long until) {}

    PlaidKeys(HttpConnection connection, TimeSource time) {
        this.endpoint = new KeyEndpoint(connection, PATH);
        this.time = time;
        this.start = time.nanos();
    }

    @Override
    public List<PublicKey> of(WebhookRequest request) {
        String id = keyId(request);
        PublicKey key = id == null ? null : key(id);
        return key == null ? List.of() : List.of(key);
    }

    private static @Nullable String keyId(WebhookRequest request) {
        try {
            JWSHeader header =
                    SignedJWT.parse(request.header(TOKEN.name).orElse("")).getHeader();
            String id = header.getKeyID();
            boolean isValid = id != null
                    && header.getAlgorithm().equals(JWSAlgorithm.ES256)
                    && KEY_ID.matcher(id).matches();
            return isValid ? id : null;
        } catch (ParseException e) {
            // The verifier has parsed the token before.
            return null;
        }
    }

    private synchronized @Nullable PublicKey key(String id) {
        CachedKey cached = known.get(id);
        if (cached != null && time.nanos() - cached.until < 0) {
            return cached.key;
        }
        if (mayLookUp()) {
            try {
                cached = new CachedKey(fetch(id), time.nanos() + FRESH.toNanos());
                remember(id, cached);
            } catch (StatusException e) {
                LOG.warn(
                        "Plaid does not know the key {} of a webhook, or rejects the credentials of the connection",
                        id,
                        e);
                if (e.status() == 400 || e.status() == 404) {
                    known.remove(id);
                    return null;
                }
            } catch (ConnectorException | ParseException | JOSEException | IOException e) {
                LOG.warn("The key {} of Plaid cannot be fetched; a cached key is still used", id, e);
            }
        }
        return cached == null ? null : cached.key;
    }

    private boolean mayLookUp() {
        if (time.nanos() - start >= PAUSE.toNanos()) {
            start = time.nanos();
            lookups = 0;
        }
        return ++lookups <= MAX_LOOKUPS;
    }

    private void remember(String id, CachedKey key) {
        known.remove(id);
        known.put(id, key);
        if (known.size() > MAX_KEYS) {
            known.remove(known.keySet().iterator().next());
        }
    }

    private @Nullable PublicKey fetch(String id) throws IOException, ParseException, JOSEException {
        String json =
                endpoint.fetch(Request.post(PATH).json(Map.of("key_id", id)).idempotent());
        JsonNode key = BodyParser.json(json.getBytes(StandardCharsets.UTF_8)).path("key");
        JsonNode expired = key.path("expired_at");
        ECKey parsed = ECKey.parse(key.toString());
        boolean isExpired = expired.isNumber() && expired.asLong() <= time.now().getEpochSecond();
        return isExpired || !id.equals(parsed.getKeyID()) || !JwksPublicKeys.isForSignatures(parsed)
                ? null
                : parsed.toPublicKey();
    }
}
