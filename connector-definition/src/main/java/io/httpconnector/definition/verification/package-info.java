/**
 * Checks of connector documents against the live service. Start with {@link
 * io.httpconnector.definition.verification.ConnectorVerification}.
 */
@NullMarked
package io.httpconnector.definition.verification;

import org.jspecify.annotations.NullMarked;
