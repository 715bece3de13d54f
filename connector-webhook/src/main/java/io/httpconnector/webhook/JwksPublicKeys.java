package io.httpconnector.webhook;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.TimeSource;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a JSON Web Key Set (RFC 7517): fetched on demand, cached for five minutes, and for longer while the service is
 * unreachable. Thread-safe.
 */
final class JwksPublicKeys implements PublicKeys {

    private static final Logger LOG = LoggerFactory.getLogger(JwksPublicKeys.class);
    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final int MIN_RSA_BITS = 2048;

    private final KeyEndpoint endpoint;
    private final Request request;
    private final TimeSource time;
    private List<PublicKey> keys = List.of();
    private long next;

    JwksPublicKeys(HttpConnection connection, String path, TimeSource time) {
        this.endpoint = new KeyEndpoint(connection, path);
        this.request = Request.get(path);
        this.time = time;
        this.next = time.nanos();
    }

    @Override
    public synchronized List<PublicKey> of(WebhookRequest webhook) {
        if (time.nanos() - next >= 0) {
            try {
                keys = read(endpoint.fetch(request));
                next = time.nanos() + FRESH.toNanos();
            } catch (ConnectorException | ParseException e) {
                LOG.warn(
                        "The keys at {} cannot be fetched; the {} cached keys are still used", request, keys.size(), e);
                next = time.nanos() + PAUSE.toNanos();
            }
        }
        return keys;
    }

    /** Returns whether a key may verify signatures (RFC 7517, sections 4.2 and 4.3) and is long enough (RFC 7518, section 3.3). */
    static boolean isForSignatures(JWK key) {
        boolean isForOther = KeyUse.ENCRYPTION.equals(key.getKeyUse())
                || (key.getKeyOperations() != null && !key.getKeyOperations().contains(KeyOperation.VERIFY));
        boolean isShort = key instanceof RSAKey && key.size() < MIN_RSA_BITS;
        if (isShort) {
            LOG.warn("Skipped an RSA key of {} bits: at least {} are required", key.size(), MIN_RSA_BITS);
        }
        return !isForOther && !isShort;
    }

    private static List<PublicKey> read(String json) throws ParseException {
        List<PublicKey> all = new ArrayList<>();
        for (JWK key : JWKSet.parse(json).getKeys()) {
            if (!isForSignatures(key)) {
                continue;
            }
            try {
                if (key instanceof OctetKeyPair pair) {
                    all.add(PublicKeyReader.ed25519(pair.getX().decode()));
                } else if (key instanceof AsymmetricJWK asymmetric) {
                    all.add(asymmetric.toPublicKey());
                }
            } catch (JOSEException | GeneralSecurityException e) {
                LOG.debug("Skipped a key of the set whose type is not supported", e);
            }
        }
        return List.copyOf(all);
    }
}
