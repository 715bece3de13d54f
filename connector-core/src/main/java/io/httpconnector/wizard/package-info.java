/**
 * Finds the right configuration of a request by sending a sample: method and URL, configure and send, review and save. Start with
 * {@link io.httpconnector.wizard.RequestWizard}; what comes out is a {@link io.httpconnector.wizard.SavedRequest}. Uses the root
 * package and templates.
 */
@NullMarked
package io.httpconnector.wizard;

import org.jspecify.annotations.NullMarked;
