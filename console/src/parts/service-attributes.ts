// What the customer says about a service of each kind, the most important first, and what one can ask of it.
import type { ServiceAction, ServiceKind } from "../api/schema";

export const ATTRIBUTES: Record<ServiceKind, readonly string[]> = {
  VIRTUAL_SERVER: ["hostname", "image", "region"],
  WEB_HOSTING: ["domain"],
  DOMAIN: ["domain", "name_servers"],
  SEATS: ["domain"],
  DEVICES: ["label"],
  OTHER: ["label"],
};

export const ACTIONS: Record<ServiceKind, readonly ServiceAction[]> = {
  VIRTUAL_SERVER: ["RESTART", "RESET_PASSWORD"],
  WEB_HOSTING: ["RESET_PASSWORD", "RENEW_CERTIFICATE"],
  DOMAIN: ["RENEW", "SEND_TRANSFER_CODE"],
  SEATS: ["RESET_PASSWORD"],
  DEVICES: [],
  OTHER: [],
};
