package io.httpconnector.webhook;

/** A verifier of signatures that cover some data of a request. */
interface SigningVerifier extends Verifier {

    /** Whether a value of each request is signed. */
    boolean covers(ValueSelector selector);
}
